using System.Globalization;
using MemKD;
using MemKD.Bench;
using MemKD.Bench.Groups;
using MemKD.Bench.Measuring;

// worker              answers a measuring program (Worker.cs)
// job THREADS UPDATES the main job as one process
// score SEED FOLDER   the job to a stated score
// else                measures: --quick, --only GROUP, --output FILE, and where the peers are (bench/run.sh finds them)
try
{
    switch (args)
    {
        case ["worker"]:
            Worker.Serve([.. Group.All.SelectMany(g => g.Kinds)], Console.In, Console.Out);
            return 0;
        case ["job", var threads, var updates]:
            JobGroup.Do(Worker.Number(threads), Worker.Number(updates));
            return 0;
        case ["score", var seed, var directory]:
            ScoreGroup.Do(ulong.Parse(seed, CultureInfo.InvariantCulture), directory);
            return 0;
        default:
            return Session.Run(args);
    }
}
catch (InputException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
