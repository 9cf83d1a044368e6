namespace MemKD.Tests.Series.Readers;

/// <summary>A small file of one format and the cases it holds, worked out by hand.</summary>
internal sealed record Sample(string Format, string Name, string Text, string Shown);

/// <summary>One small hand-written file of every format and variant; tests and fuzzing start from them.</summary>
internal static class Samples
{
    public static readonly Sample[] All =
    [
        new(
            "ts",
            "plain_TRAIN.ts",
            """
            # Two classes, one missing value
            @problemName plain
            @timeStamps false
            @missing true
            @univariate true
            @equalLength true
            @seriesLength 4
            @classLabel true 1 2
            @data
            1.5,-2,3e1,4:1
            5,?,7,NaN:2
            9,10,11,12.25:1
            """,
            "1=1.5,-2,30,4 2=5,NaN,7,NaN 1=9,10,11,12.25"
        ),
        new(
            "ts",
            "unequal_TEST.ts",
            """
            @univariate false
            @dimensions 2
            @equalLength false
            @classLabel true Up down
            @data
            1,2,3:4,5:Up
            6:7,8,9,10:down
            """,
            "Up=1,2,3:4,5 down=6:7,8,9,10"
        ),
        new(
            "ts",
            "stamps.ts",
            """
            @timeStamps true
            @classLabel true a b
            @data
            (2007-01-01 00:00:00,241.5),(2007-01-01 00:01:00,-1):a
            (-3,1),(0.5,?),(7,2):b
            """,
            "a=241.5,-1 b=1,NaN,2"
        ),
        new(
            "arff",
            "plain.arff",
            """
            % words
            @relation plain
            @attribute t1 numeric
            @attribute t2 numeric
            @attribute t3 numeric
            @attribute target {1,2}
            @data
            1,2.5,-3,1
            4,?,6e-1,2
            """,
            "1=1,2.5,-3 2=4,NaN,0.6"
        ),
        new(
            "arff",
            "relational.arff",
            """
            @relation 'two channels'
            @attribute rel relational
                @attribute t0 numeric
                @attribute t1 numeric
            @end rel
            @attribute activity {'sit down',Run}
            @data
            '1,2\n3,4','sit down'
            "5,?\n7,8",Run
            """,
            "sit down=1,2:3,4 Run=5,NaN:7,8"
        ),
        new("tsv", "padded.tsv", "1\t0.5\t-1.25\t3\n-1\t2\tNaN\tNaN\n", "1=0.5,-1.25,3 -1=2"),
        new("tsv", "missing.tsv", "1.0\t0.5\tNaN\t3\n2.0\t2\t4\tNaN\n", "1=0.5,NaN,3 2=2,4,NaN"),
        new(
            "txt",
            "blanks.txt",
            "   1.0000000e+00   5.0000000e-01  -1.2500000e+00\n   2.0000000e+00   2.0000000e+00   4.0000000e+00\n",
            "1=0.5,-1.25 2=2,4"
        ),
        new("txt", "commas_TRAIN", "0,-0.5,1.5983\n1,2,4\n", "0=-0.5,1.5983 1=2,4"),
        new("csv-wide", "header.csv", "label,t0,t1\nup,1,2\n\"down\",3,\n", "up=1,2 down=3"),
        new("csv-wide", "last.csv", "1,2,3,up\n4,NaN,6,down\n", "up=1,2,3 down=4,NaN,6"),
        new(
            "csv-long",
            "long.csv",
            """
            case_id,dim_id,reading_id,value,label
            0,0,0,1.5,a
            0,0,1,2.5,a
            0,1,0,3.5,a
            1,1,0,,b
            1,0,0,4.5,b
            """,
            "a=1.5,2.5:3.5 b=4.5:NaN"
        ),
    ];

    public static Sample Get(string name) => All.Single(s => name.Equals(s.Name, StringComparison.Ordinal));
}
