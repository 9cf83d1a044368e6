using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MemKD.Experiments;

/// <summary>
/// JSON in one spelling: keys in ordinal order, no blanks, one line, numbers as the writer put them. Equal content has
/// equal bytes, so it can be hashed.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The text.</summary>
    public static string Write(JsonNode? node) => Sort(node)?.ToJsonString() ?? "null";

    /// <summary>SHA-256 of the text in UTF-8, hexadecimal.</summary>
    public static string Hash(JsonNode? node) => Hash(Write(node));

    /// <summary>SHA-256 of a text in UTF-8, hexadecimal.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static JsonNode? Sort(JsonNode? node) =>
        node switch
        {
            JsonObject map => new JsonObject(
                map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sort(m.Value)))
            ),
            JsonArray list => new JsonArray([.. list.Select(Sort)]),
            _ => node?.DeepClone(),
        };
}
