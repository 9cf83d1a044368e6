namespace MemKD.Engine.Tests;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_piece_is_done_exactly_once_in_many_small_runs(int threads)
    {
        using var team = new WorkerTeam(threads);
        var done = new int[9];
        var failures = 0;
        for (var run = 0; run < 2000; run++)
        {
            done.AsSpan().Clear();
            var pieces = run % 10;
            team.Run(pieces, i => Interlocked.Increment(ref done[i]));
            for (var i = 0; i < done.Length; i++)
            {
                failures += done[i] == (i < pieces ? 1 : 0) ? 0 : 1;
            }
        }

        Assert.Equal(0, failures);
        Assert.Equal(threads, team.ThreadCount);
    }

    [Fact]
    public void Little_work_is_done_by_the_caller_alone()
    {
        using var team = new WorkerTeam(3);
        var others = 0;
        for (var run = 0; run < 200; run++)
        {
            team.Run(
                6,
                _ => Interlocked.Add(ref others, Thread.CurrentThread.Name == "memkd worker" ? 1 : 0),
                multiplyAdds: 1000
            );
        }

        Assert.Equal(0, others);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_exception_reaches_the_caller_and_the_team_goes_on(int threads)
    {
        using var team = new WorkerTeam(threads);
        var sum = 0;
        for (var failing = 0; failing < 5; failing++)
        {
            var error = Assert.Throws<InvalidDataException>(() =>
                team.Run(
                    5,
                    i =>
                    {
                        if (i == failing)
                        {
                            throw new InvalidDataException($"piece {i}");
                        }
                    }
                )
            );
            Assert.Equal($"piece {failing}", error.Message);
            team.Run(10, i => Interlocked.Add(ref sum, i));
        }

        Assert.Equal(5 * 45, sum);
    }

    [Fact]
    public void Threads_work_at_the_same_time()
    {
        // Each piece waits for the other: one thread alone could not finish.
        using var team = new WorkerTeam(2);
        using var meeting = new Barrier(2);
        var met = 0;

        team.Run(
            2,
            _ =>
            {
                if (meeting.SignalAndWait(TimeSpan.FromSeconds(30)))
                {
                    Interlocked.Increment(ref met);
                }
            }
        );

        Assert.Equal(2, met);
    }

    [Fact]
    public void A_team_of_no_threads_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0));
}
