using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Demand;
using Switchyard.Units;

namespace Switchyard.Connect.Traces;

/// <summary>Files with a row for each job, a header, and one unit of time throughout.</summary>
internal static class JobForms
{
    private const double MebiByte = 1024 * 1024, Gibi = DataSize.BytesPerGiB;

    internal static readonly ImmutableArray<string> OwnOptional =
        ["id", "started", "deadline", "time_limit", "nodes", "cpus", "memory_gib", "status", "restarts", "steps", "batch", "user", "queue", "model", "accelerator"];

    internal static readonly ImmutableArray<TraceForm> All =
    [
        new("Philly jobs", ["timestamp", "duration", "num_gpus", "gpu_time", "cluster"], Philly),
        new("ElasticFlow jobs", ["job_id", "submission_time", "num_iteration", "model_name", "deadline", "batch_size", "num_gpu", "duration"], ElasticFlow),
        new("Muri jobs", ["job_id", "num_gpu", "submit_time", "iterations", "model_name", "duration", "iteration_time", "priority"], Muri),
        new("Chronus jobs", ["job_id", "user", "num_gpu", "submit_time", "iterations", "model_name", "duration", "expect_time_list", "best_effort"], Chronus),
        new("openb pods", ["name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "creation_time", "deletion_time", "scheduled_time", "pod_phase"], Pods),
        new("openb pods without times", ["name", "cpu_milli", "memory_mib", "num_gpu", "gpu_milli"], Pods) { Exact = true },
        new("Alibaba inference instances", ["instance_sn", "app_name", "cpu_request", "gpu_request", "memory_request", "creation_time", "deletion_time"], Instances),
        new("jobs", ["submitted", "gpus", "duration"], Own) { Optional = OwnOptional },
    ];

    private static TraceFile? Philly(TraceTable table, FormReading reading, TraceFile file)
    {
        var (time, duration, gpus, product, queue) =
            (table.Column("timestamp"), table.Column("duration"), table.Column("num_gpus"), table.Column("gpu_time"), table.Column("cluster"));
        var rows = Rows(table, reading, "num_gpus");
        var clock = new Clock(table.Problems);
        while (table.Next())
        {
            var row = new JobRow
            {
                Line = table.Line, Submitted = clock.Read(table.Cell(time), table.Line, "timestamp"), Gpus = table.Needed(gpus),
                Duration = table.Needed(duration, -1e12), Queue = table.Name(queue),
            };
            var stated = table.Number(product);
            if (Math.Abs(stated - (row.Gpus * row.Duration)) > 1 + (1e-6 * stated))
                table.Problems.Say(table.Line, "gpu_time", string.Create(CultureInfo.InvariantCulture, $"{stated:0.#} is not num_gpus x duration, {row.Gpus * row.Duration:0.#}"), sort: "product");
            rows.Add(row);
        }

        return Done(rows, clock, reading, file, "durations are in seconds; 'cluster' is the virtual cluster (queue); how jobs ended is not in this file");
    }

    private static TraceFile? ElasticFlow(TraceTable table, FormReading reading, TraceFile file)
    {
        var (id, time, steps, model, deadline, batch, gpus, duration) = (table.Column("job_id"), table.Column("submission_time"), table.Column("num_iteration"),
            table.Column("model_name"), table.Column("deadline"), table.Column("batch_size"), table.Column("num_gpu"), table.Column("duration"));
        var rows = Rows(table, reading, "num_gpu");
        var clock = new Clock(table.Problems);
        while (table.Next())
        {
            rows.Add(new()
            {
                Line = table.Line, Id = table.Cell(id), Submitted = clock.Read(table.Cell(time), table.Line, "submission_time"), Gpus = table.Needed(gpus),
                Duration = table.Needed(duration, -1e12), Deadline = table.Number(deadline), Steps = table.Number(steps), Batch = table.Whole(batch), Model = table.Name(model),
            });
        }

        return Done(rows, clock, reading, file, "times are in seconds; deadlines are points in time, and synthetic; durations are those on the GPUs asked for");
    }

    private static TraceFile? Muri(TraceTable table, FormReading reading, TraceFile file)
    {
        var (id, time, steps, model, batch, gpus, duration) = (table.Column("job_id"), table.Column("submit_time"), table.Column("iterations"),
            table.Column("model_name"), table.Column("batch_size"), table.Column("num_gpu"), table.Column("duration"));
        var each = table.Column("iteration_time");
        var rows = Rows(table, reading, "num_gpu");
        var clock = new Clock(table.Problems, 0.001);
        while (table.Next())
        {
            var row = new JobRow
            {
                Line = table.Line, Id = table.Cell(id), Submitted = clock.Read(table.Cell(time), table.Line, "submit_time"), Gpus = table.Needed(gpus),
                Duration = table.Needed(duration, -1e15) / 1000, Steps = table.Number(steps), Batch = table.Whole(batch), Model = table.Name(model),
            };
            // Steps x time of a step is the duration: this holds only when both are in milliseconds, and so checks the unit.
            if (Math.Abs((row.Steps * table.Number(each) / 1000) - row.Duration) > 2 + (0.01 * row.Duration))
                table.Problems.Say(table.Line, "duration", string.Create(CultureInfo.InvariantCulture, $"{row.Duration:0.#} s is not iterations x iteration_time, {row.Steps * table.Number(each) / 1000:0.#} s, in milliseconds"), sort: "product");
            rows.Add(row);
        }

        return Done(rows, clock, reading, file, "times are in milliseconds and were taken to seconds; iterations x iteration_time agrees with each duration");
    }

    private static TraceFile? Chronus(TraceTable table, FormReading reading, TraceFile file)
    {
        var (id, user, time, steps, model, gpus, duration) = (table.Column("job_id"), table.Column("user"), table.Column("submit_time"), table.Column("iterations"),
            table.Column("model_name"), table.Column("num_gpu"), table.Column("duration"));
        var (expected, effort) = (table.Column("expect_time_list"), table.Column("best_effort"));
        var rows = Rows(table, reading, "num_gpu");
        var clock = new Clock(table.Problems, 60);
        var several = 0;
        while (table.Next())
        {
            var submitted = clock.Read(table.Cell(time), table.Line, "submit_time");
            // Several expected times are steps of a falling value; the last is the one after which the job is worth nothing.
            var last = table.Cell(expected).Split('-', ' ', ';')[^1];
            if (last.Length != table.Cell(expected).Length) several++;
            var within = double.NaN;
            if (table.Cell(effort) != "1" && last.Length > 0 && !double.TryParse(last, NumberStyles.Float, CultureInfo.InvariantCulture, out within))
                table.Problems.NotA(table.Line, "expect_time_list", last, "a number of minutes");
            rows.Add(new()
            {
                Line = table.Line, Id = table.Cell(id), Queue = table.Name(user), Submitted = submitted, Gpus = table.Needed(gpus),
                Duration = table.Needed(duration, -1e12) * 60, Deadline = submitted + (within * 60), Steps = table.Number(steps), Model = table.Name(model),
            });
        }

        if (several > 0) reading.Notes.Add($"{several:#,##0} jobs have several expected times; the last is their deadline");
        return Done(rows, clock, reading, file, "times are in minutes and were taken to seconds; the deadline is submission plus the expected time; the user is the virtual cluster");
    }

    private static TraceFile? Pods(TraceTable table, FormReading reading, TraceFile file)
    {
        var (id, cpus, memory, gpus, share) = (table.Column("name"), table.Column("cpu_milli"), table.Column("memory_mib"), table.Column("num_gpu"), table.Column("gpu_milli"));
        var (created, begun, ended, phase, spec, class_) = (table.Column("creation_time"), table.Column("scheduled_time"), table.Column("deletion_time"),
            table.Column("pod_phase"), table.Column("gpu_spec"), table.Column("qos"));
        var rows = Rows(table, reading, "num_gpu");
        var clock = new Clock(table.Problems);
        while (table.Next())
        {
            var count = table.Needed(gpus);
            var part = table.Number(share);
            if (part > 1000) table.Problems.NotA(table.Line, "gpu_milli", table.Cell(share), "at most 1000, a whole GPU");
            double At(int column) => table.Cell(column).Length == 0 ? double.NaN : clock.Read(table.Cell(column), table.Line, table.Header[column]);
            var (started, end) = (At(begun), At(ended));
            rows.Add(new()
            {
                Line = table.Line, Id = table.Cell(id), Submitted = created < 0 ? 0 : At(created), Started = started, Duration = end - started,
                Gpus = count * (double.IsNaN(part) || count == 0 ? 1 : part / 1000), Cpus = table.Number(cpus) / 1000, MemoryBytes = table.Number(memory) * MebiByte,
                Queue = table.Name(class_), Accelerator = table.Name(spec), Nodes = 1,
                Status = table.Cell(phase) switch { "Succeeded" => JobStatus.Completed, "Failed" => JobStatus.Failed, "Running" => JobStatus.Running, "Pending" => JobStatus.Pending, _ => JobStatus.Unknown },
            });
        }

        if (created < 0) reading.Notes.Add("this variant has no times: all pods are submitted at second 0, and how long they run is unknown");
        return Done(rows, clock, reading, file, "GPUs are num_gpu x gpu_milli / 1000: a share where a pod does not fill a GPU; the queue is the class of service");
    }

    private static TraceFile? Instances(TraceTable table, FormReading reading, TraceFile file)
    {
        var (id, app, cpus, gpus, memory) = (table.Column("instance_sn"), table.Column("app_name"), table.Column("cpu_request"), table.Column("gpu_request"), table.Column("memory_request"));
        var (created, begun, ended, role) = (table.Column("creation_time"), table.Column("scheduled_time"), table.Column("deletion_time"), table.Column("role"));
        var rows = Rows(table, reading, "gpu_request");
        var clock = new Clock(table.Problems);
        var (before, after) = (0, 0);
        while (table.Next())
        {
            double At(int column) => table.Cell(column).Length == 0 ? double.NaN : clock.Read(table.Cell(column), table.Line, table.Header[column]);
            var (from, started, to) = (At(created), At(begun), At(ended));
            if (table.Cell(created).Length == 0) (before, from) = (before + 1, 0);
            if (table.Cell(ended).Length == 0) after++;
            rows.Add(new()
            {
                Line = table.Line, Id = table.Cell(id), Submitted = from, Started = started, Duration = to - (double.IsNaN(started) ? from : started),
                Gpus = table.Needed(gpus), Cpus = table.Number(cpus), MemoryBytes = table.Number(memory) * Gibi, Queue = table.Name(role), Model = table.Name(app), Nodes = 1,
                Status = table.Cell(ended).Length == 0 ? JobStatus.Running : JobStatus.Unknown,
            });
        }

        reading.Notes.Add($"{before:#,##0} instances were there before the trace began; they are submitted at second 0");
        reading.Notes.Add($"{after:#,##0} instances were there when it ended; how long they last is unknown");
        return Done(rows, clock, reading, file, "times are in seconds; memory is in GiB; the model is the application, the queue its role (HN has the GPU, CN none)");
    }

    private static TraceFile? Own(TraceTable table, FormReading reading, TraceFile file)
    {
        var c = OwnOptional.ToDictionary(name => name, name => table.Column(name), StringComparer.Ordinal);
        var (time, gpus, duration) = (table.Column("submitted"), table.Column("gpus"), table.Column("duration"));
        var rows = Rows(table, reading, "gpus");
        var clock = new Clock(table.Problems);
        while (table.Next())
        {
            double At(string name) => table.Cell(c[name]).Length == 0 ? double.NaN : clock.Read(table.Cell(c[name]), table.Line, name);
            var status = table.Cell(c["status"]);
            if (!Enum.TryParse(status.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out JobStatus ended) || int.TryParse(status, out _))
            {
                ended = JobStatus.Unknown;
                if (status.Length > 0)
                    table.Problems.NotA(table.Line, "status", status, $"one of {string.Join(", ", TraceWriter.StatusNames)}", Nearest.To(status, TraceWriter.StatusNames));
            }

            rows.Add(new()
            {
                Line = table.Line, Submitted = clock.Read(table.Cell(time), table.Line, "submitted"), Gpus = table.Needed(gpus), Duration = table.Number(duration, -1e12),
                Started = At("started"), Deadline = At("deadline"), TimeLimit = table.Number(c["time_limit"]), Nodes = table.Whole(c["nodes"]), Cpus = table.Number(c["cpus"]),
                MemoryBytes = table.Number(c["memory_gib"]) * Gibi, Status = ended, Restarts = c["restarts"] < 0 ? -1 : table.Whole(c["restarts"]), Steps = table.Number(c["steps"]),
                Batch = table.Whole(c["batch"]), Id = c["id"] < 0 ? null : table.Cell(c["id"]), User = table.Name(c["user"]), Queue = table.Name(c["queue"]),
                Model = table.Name(c["model"]), Accelerator = table.Name(c["accelerator"]),
            });
        }

        return Done(rows, clock, reading, file, "durations are in seconds");
    }

    private static JobRows Rows(TraceTable table, FormReading reading, string gpus) => new(table.Problems, reading.Options.Cluster) { GpusColumn = gpus };

    private static TraceFile? Done(JobRows rows, Clock clock, FormReading reading, TraceFile file, string units)
    {
        if (clock.Note is { } note) reading.Notes.Add(note);
        reading.Notes.Add(units);
        return rows.Build(clock.Start, reading.Notes) is { } jobs ? file with { Jobs = jobs } : null;
    }
}
