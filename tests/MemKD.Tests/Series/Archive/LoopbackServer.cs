using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MemKD.Tests.Series;

/// <summary>A web server on this machine that answers each path with prepared bytes, headers included.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, Func<Stream, Task>> answers = new(StringComparer.Ordinal);

    public LoopbackServer()
    {
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        _ = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    /// <summary>Paths asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public void Answer(string path, byte[] body, int status = 200, int? declaredLength = null) =>
        answers[path] = async stream =>
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status} X\r\nContent-Length: {declaredLength ?? body.Length}\r\nConnection: close\r\n\r\n"
                )
            );
            await stream.WriteAsync(body);
        };

    public void Answer(string path, string body, int status = 200) =>
        Answer(path, Encoding.UTF8.GetBytes(body), status);

    /// <summary>Headers without a length, then the body.</summary>
    public void AnswerWithoutLength(string path, byte[] body) =>
        answers[path] = async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\nConnection: close\r\n\r\n"u8.ToArray());
            await stream.WriteAsync(body);
        };

    /// <summary>Begins an answer and never goes on; <paramref name="begun"/> is completed then.</summary>
    public void Stall(string path, TaskCompletionSource begun) =>
        answers[path] = async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nabc"u8.ToArray());
            await stream.FlushAsync();
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop.Token);
        };

    public void Dispose()
    {
        stop.Cancel();
        listener.Stop();
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var path = (await reader.ReadLineAsync())!.Split(' ')[1];
                while ((await reader.ReadLineAsync()) is { Length: > 0 })
                {
                    // Headers do not matter.
                }

                Requests.Enqueue(path);
                if (answers.TryGetValue(path, out var answer))
                {
                    await answer(stream);
                }
                else
                {
                    await stream.WriteAsync(
                        "HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray()
                    );
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client went away, as some tests want, or the test is over.
            }
        }
    }
}
