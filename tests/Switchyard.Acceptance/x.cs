namespace Switchyard.Tests; public sealed class X { [Fact] public void T() => 1.ShouldBe(1); }
