# MCP on stdio, for an assistant that starts the container itself:
#   docker run -i --rm -v fj-mcp:/data -e FJ_API_KEY fj-mcp
# MCP over HTTP, where each request brings its own key:
#   docker run --rm -v fj-mcp:/data -p 127.0.0.1:8000:8000 fj-mcp \
#     serve --http --host 0.0.0.0 --port 8000
# /data holds the purchase ledger, which must outlive the container: without it a search could
# be paid for again. Exported files are written there too.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY fj_mcp fj_mcp
RUN python -m venv --without-pip /opt/fj-mcp \
    && pip --python /opt/fj-mcp/bin/python install --no-cache-dir '.[otel,postgres]'

FROM python:3.13-slim
LABEL io.modelcontextprotocol.server.name="ai.futurejobs/fj-mcp"
RUN useradd --uid 1000 --create-home recruiter \
    && install -d -o recruiter -g recruiter -m 700 /data
COPY --from=build /opt/fj-mcp /opt/fj-mcp
ENV PATH="/opt/fj-mcp/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    FJ_STATE_DIR=/data \
    FJ_EXPORT_DIR=/data
VOLUME /data
WORKDIR /data
USER recruiter
# No HEALTHCHECK: on stdio the assistant that holds the pipe knows whether the server is there.
ENTRYPOINT ["fj-mcp"]
