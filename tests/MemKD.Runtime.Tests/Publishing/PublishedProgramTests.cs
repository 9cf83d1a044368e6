using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MemKD.Engine.Layers;
using MemKD.Models;

namespace MemKD.Runtime.Tests.Publishing;

/// <summary>
/// The runtime in a trimmed program and in one compiled ahead of time: no warning of the trimmer or the compiler, and the
/// bits of the library. The programs are made outside the repository, of the runtime's sources, so that no build knows of them.
/// </summary>
public sealed class PublishedProgramTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("memkd-published-").FullName;

    [Fact]
    public void A_trimmed_program_gives_the_bits_of_the_library() =>
        Check("net10.0", "<PublishTrimmed>true</PublishTrimmed><SelfContained>true</SelfContained>");

    /// <summary>For net9.0, since what .NET 10 needs for it is a package more; its end of support is no matter to a proof.</summary>
    [Fact]
    public void A_native_program_gives_the_bits_of_the_library()
    {
        if (!OperatingSystem.IsLinux() || !IsInPath("clang"))
        {
            const string Reason = "clang is missing (Debian: clang zlib1g-dev)";
            Assert.False(Environment.GetEnvironmentVariable("MEMKD_REQUIRE_TOOLS") == "1", Reason);
            Assert.Skip(Reason);
        }

        Check("net9.0", "<PublishAot>true</PublishAot>");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Check(string framework, string properties)
    {
        var model = Path.Combine(folder, "model");
        ModelFile.Write(
            model,
            TestModels.Classifier(new NetworkShape(CellKind.Lstm, 2, 5, 2, 3, Pooling: Pooling.Mean), differences: true)
        );
        var lines = TestModels.Walk(120, 5).Select(v => v.ToString(CultureInfo.InvariantCulture)).ToArray();
        var expected = StreamAnswers.Of(model, lines).ToArray();
        Assert.Contains("broken", expected[^1], StringComparison.Ordinal);
        var project = Path.Combine(folder, "program.csproj");
        File.WriteAllText(project, ProjectText(framework, properties));
        File.WriteAllText(
            Path.Combine(folder, "Program.cs"),
            """
            var lines = new List<string>();
            while (Console.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            foreach (var answer in MemKD.Runtime.Tests.Publishing.StreamAnswers.Of(args[0], lines))
            {
                Console.WriteLine(answer);
            }
            """
        );

        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var restored = Run(dotnet, "", "restore", project);
        if (restored.Code != 0 && restored.Output.Contains("error NU", StringComparison.Ordinal))
        {
            Assert.Skip($"no packages to publish for {framework}: {FirstError(restored.Output)}");
        }

        Assert.True(restored.Code == 0, restored.Output);
        var published = Run(
            dotnet,
            "",
            ["publish", project, "--no-restore", "-c", "Release", "-o", Path.Combine(folder, "out"), "-nodeReuse:false"]
        );
        Assert.True(published.Code == 0, published.Output);
        Assert.DoesNotContain("warning", published.Output, StringComparison.Ordinal);

        var actual = Run(Path.Combine(folder, "out", "program"), string.Join('\n', lines), model);

        Assert.True(actual.Code == 0, actual.Output);
        Assert.Equal(expected, actual.Output.TrimEnd('\n').Split('\n'));
    }

    private static string ProjectText(string framework, string properties, [CallerFilePath] string here = "")
    {
        var tests = Path.GetDirectoryName(here)!;
        var runtime = Path.GetFullPath(Path.Combine(tests, "..", "..", "..", "src", "MemKD.Runtime"));
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>{framework}</TargetFramework>
                <RuntimeIdentifier>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>
                <LangVersion>latest</LangVersion>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <TrimMode>full</TrimMode>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseSharedCompilation>false</UseSharedCompilation>
                <NuGetAudit>false</NuGetAudit>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <Compile Include="{runtime}/**/*.cs" Exclude="{runtime}/bin/**;{runtime}/obj/**" />
                <Compile Include="{tests}/StreamAnswers.cs" />
              </ItemGroup>
            </Project>
            """;
    }

    private static (int Code, string Output) Run(string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };

        // What a test host that MSBuild started has inherited from it would lead the new one to the wrong files.
        foreach (
            var name in start
                .Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase))
                .ToArray()
        )
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string FirstError(string output) =>
        output.Split('\n').First(l => l.Contains("error NU", StringComparison.Ordinal)).Trim();

    private static bool IsInPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(p => File.Exists(Path.Combine(p, program)));
}
