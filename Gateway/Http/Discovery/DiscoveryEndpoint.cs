using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>Discovery over HTTP, as every client begins (protocol chapter 02 sections 1.1 and 1.3).</summary>
internal sealed class DiscoveryEndpoint(
    GatewayChooser chooser, DiscoveryUrls urls, DiscoveryLimit limit, IOptions<GatewayOptions> options, GatewayMetrics metrics)
{
    /// <summary>What <c>im_discovery_total</c> counts as refused for asking too often.</summary>
    public const string Limited = "limited";

    private const string Path = "/msg_server";
    private const int RequestBytesMax = 1_024;

    private readonly byte[] _pageList = DiscoveryJson.Write(options.Value.DiscoveryItems);

    /// <summary>Answers what belongs to discovery; the rest is for others.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) => context.Request.Path.Value switch
    {
        // Any longer path and any method: that is what the original takes.
        { } path when path.StartsWith(Path, StringComparison.Ordinal) => AnswerAsync(context, ChooseAsync),
        $"/{DiscoveryUrls.PageListPath}" => AnswerAsync(context, ListPages),
        _ => next(context),
    };

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, ValueTask<byte[]>> answer)
    {
        context.Response.Headers.Connection = "close";
        if (SizeOf(context.Request) > RequestBytesMax)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        if (!limit.TryPass(context.Connection.RemoteIpAddress))
        {
            metrics.DiscoveryAnswered(Limited);
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "1";
            return;
        }

        var body = await answer(context);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private async ValueTask<byte[]> ChooseAsync(HttpContext context)
    {
        var connection = context.Connection;
        var choice = await chooser.ChooseAsync(connection.LocalIpAddress, connection.RemoteIpAddress, context.RequestAborted);

        // iOS reads the body as JSON whatever it is called, and others expect this name.
        context.Response.ContentType = "text/html;charset=utf-8";
        return DiscoveryJson.Write(choice, urls.Pictures(context.Request), urls.PageList(context.Request));
    }

    private ValueTask<byte[]> ListPages(HttpContext context)
    {
        context.Response.ContentType = "application/json;charset=utf-8";
        return new(_pageList);
    }

    // The request as it came; a body of unknown length is too long.
    private static long SizeOf(HttpRequest request)
    {
        var hasBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (hasBody && request.ContentLength is null)
            return long.MaxValue;

        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var firstLine = request.Method.Length + target.Length + request.Protocol.Length + "  \r\n".Length;
        var headers = request.Headers.Sum(header => header.Value.Sum(
            value => header.Key.Length + Encoding.UTF8.GetByteCount(value ?? "") + ": \r\n".Length));
        return firstLine + headers + "\r\n".Length + (request.ContentLength ?? 0);
    }
}
