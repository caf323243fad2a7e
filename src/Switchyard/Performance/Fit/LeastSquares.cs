namespace Switchyard.Performance.Fit;

/// <summary>
/// Least squares by Levenberg and Marquardt with numerical derivatives, made robust by reweighting: residuals beyond a tenth count by their size, not their
/// square (Huber). Deterministic.
/// </summary>
internal static class LeastSquares
{
    private const double Knee = 0.1, Nudge = 0.02;

    /// <summary>Parameters with which the weighted residuals are smallest.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="anchor">Where each parameter is tied to.</param>
    /// <param name="residuals">Residuals of parameters; NaN for one that cannot be computed.</param>
    /// <param name="weights">Weights of the residuals.</param>
    /// <param name="ties">How strongly each parameter is tied to its anchor.</param>
    /// <param name="rounds">Most rounds.</param>
    public static double[] Minimise(double[] start, double[] anchor, Func<double[], double[]> residuals, double[] weights, double[] ties, int rounds)
    {
        double[] at = [.. start];
        var here = residuals(at);
        var cost = Cost(here, weights, at, anchor, ties);
        var damping = 1e-2;
        var count = at.Length;
        for (var round = 0; round < rounds; round++)
        {
            var slopes = new double[count][];
            for (var j = 0; j < count; j++)
            {
                double[] moved = [.. at];
                moved[j] += Nudge;
                slopes[j] = residuals(moved);
                for (var i = 0; i < here.Length; i++) slopes[j][i] = (slopes[j][i] - here[i]) / Nudge;
            }

            var normal = new double[count, count];
            var right = new double[count];
            for (var i = 0; i < here.Length; i++)
            {
                var size = Math.Abs(here[i]);
                if (!double.IsFinite(size)) continue;
                var weight = weights[i] * (size <= Knee ? 1 : Knee / size);
                for (var j = 0; j < count; j++)
                {
                    var slope = slopes[j][i];
                    if (!double.IsFinite(slope)) continue;
                    right[j] -= weight * slope * here[i];
                    for (var k = 0; k <= j; k++)
                        if (double.IsFinite(slopes[k][i])) normal[j, k] += weight * slope * slopes[k][i];
                }
            }

            for (var j = 0; j < count; j++)
            {
                normal[j, j] += ties[j];
                right[j] -= ties[j] * (at[j] - anchor[j]);
                for (var k = 0; k < j; k++) normal[k, j] = normal[j, k];
            }

            var better = false;
            for (var attempt = 0; attempt < 8 && !better; attempt++)
            {
                var step = Solve(normal, right, damping);
                double[] next = [.. at];
                for (var j = 0; j < count; j++) next[j] += Math.Clamp(step[j], -0.5, 0.5);
                var there = residuals(next);
                var cheaper = Cost(there, weights, next, anchor, ties);
                if (cheaper < cost)
                {
                    better = cost - cheaper > 1e-5 * cost;
                    (at, here, cost, damping) = (next, there, cheaper, Math.Max(1e-6, damping / 5));
                    if (!better) return at;
                }
                else
                {
                    damping *= 5;
                }
            }

            if (!better) break;
        }

        return at;
    }

    private static double Cost(double[] residuals, double[] weights, double[] at, double[] anchor, double[] ties)
    {
        var sum = 0.0;
        for (var i = 0; i < residuals.Length; i++)
        {
            var size = Math.Abs(residuals[i]);
            if (double.IsFinite(size)) sum += weights[i] * (size <= Knee ? size * size / 2 : Knee * (size - (Knee / 2)));
        }

        for (var j = 0; j < at.Length; j++) sum += ties[j] * (at[j] - anchor[j]) * (at[j] - anchor[j]) / 2;
        return sum;
    }

    /// <summary>Solves a small symmetric system with a damped diagonal by Gauss's elimination.</summary>
    private static double[] Solve(double[,] matrix, double[] right, double damping)
    {
        var count = right.Length;
        var a = (double[,])matrix.Clone();
        double[] x = [.. right];
        for (var j = 0; j < count; j++) a[j, j] = (a[j, j] * (1 + damping)) + 1e-12;
        for (var j = 0; j < count; j++)
        {
            for (var i = j + 1; i < count; i++)
            {
                var share = a[i, j] / a[j, j];
                for (var k = j; k < count; k++) a[i, k] -= share * a[j, k];
                x[i] -= share * x[j];
            }
        }

        for (var j = count - 1; j >= 0; j--)
        {
            for (var k = j + 1; k < count; k++) x[j] -= a[j, k] * x[k];
            x[j] /= a[j, j];
        }

        return x;
    }
}
