using System.Net;
using System.Security.Cryptography;

namespace MemKD.Series;

/// <summary>How far a download is.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Bytes">Bytes so far.</param>
/// <param name="Total">Bytes in all, when the server says so.</param>
public sealed record DownloadProgress(string File, long Bytes, long? Total);

/// <summary>A server that cannot be reached or does not answer as it should; another source may be tried.</summary>
internal sealed class ServerException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>HTTP GET with limits and with errors in one line: <see cref="ServerException"/> for the server's, else <see cref="InputException"/>.</summary>
internal sealed class DownloadClient(Uri address, long maxBytes, TimeSpan patience) : IDisposable
{
    private readonly HttpClient http = new(
        new SocketsHttpHandler { ConnectTimeout = patience, MaxAutomaticRedirections = 5 }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "memkd" } },
    };

    /// <summary>The server, for messages.</summary>
    public string Server => address.Authority;

    /// <summary>The address below the server's, or an absolute one that the server named.</summary>
    /// <exception cref="InputException">Neither https nor the server itself.</exception>
    public Uri Resolve(string reference)
    {
        if (
            Uri.TryCreate(address, reference, out var uri)
            && (
                string.Equals(uri.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal)
                || Uri.Compare(
                    uri,
                    address,
                    UriComponents.SchemeAndServer,
                    UriFormat.Unescaped,
                    StringComparison.OrdinalIgnoreCase
                ) == 0
            )
        )
        {
            return uri;
        }

        throw new InputException(
            $"{Server}: it names the address '{OneLine(reference)}', which is neither https nor its own; nothing was fetched."
        );
    }

    /// <summary>Fetches a small answer; null when the server has no such page (404, 410).</summary>
    public async Task<byte[]?> GetBytesAsync(Uri uri, CancellationToken cancel)
    {
        using var memory = new MemoryStream();
        return await CopyAsync(uri, memory, Math.Min(maxBytes, 8 << 20), null, cancel) is null
            ? null
            : memory.ToArray();
    }

    /// <summary>Fetches a file; the MD5 of its bytes in hexadecimal, or null when the server has no such file.</summary>
    public async Task<string?> GetFileAsync(
        Uri uri,
        string path,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancel
    )
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        return await CopyAsync(uri, file, maxBytes, progress, cancel);
    }

    public void Dispose() => http.Dispose();

    private async Task<string?> CopyAsync(
        Uri uri,
        Stream target,
        long limit,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancel
    )
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stall.CancelAfter(patience);
        try
        {
            using var response = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, stall.Token);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                return null;
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new ServerException(
                    $"{uri}: the server answers {(int)response.StatusCode} ({response.StatusCode}); try again later."
                );
            }

            var total = response.Content.Headers.ContentLength;
            CheckSize(uri, total ?? 0, limit);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            await using var body = await response.Content.ReadAsStreamAsync(stall.Token);
            var buffer = new byte[1 << 16];
            var done = 0L;
            while (true)
            {
                stall.CancelAfter(patience);
                var count = await body.ReadAsync(buffer, stall.Token);
                if (count == 0)
                {
                    break;
                }

                done += count;
                CheckSize(uri, done, limit);
                hash.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancel);
                progress?.Report(new DownloadProgress(uri.Segments[^1], done, total));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new ServerException($"{uri}: no answer for {patience.TotalSeconds:0} seconds; try again later.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            var cause = e.GetBaseException().Message;
            throw new ServerException(
                $"{uri}: the download failed ({OneLine(cause)}); check the network and try again.",
                e
            );
        }
    }

    private static void CheckSize(Uri uri, long bytes, long limit)
    {
        if (bytes > limit)
        {
            throw new InputException($"{uri}: more than the limit of {limit} bytes; nothing was kept.");
        }
    }

    internal static string OneLine(string text) =>
        new([.. text.ReplaceLineEndings(" ").Where(c => !char.IsControl(c)).Take(200)]);
}
