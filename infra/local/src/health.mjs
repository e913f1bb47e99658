// Whether the process of this container can do its work: what a health check of a container asks. Exit code 0 when it can.
const port = process.env.PORT || '3000'
const ready = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
  (response) => response.ok,
  () => false,
)
process.exitCode = ready ? 0 : 1
