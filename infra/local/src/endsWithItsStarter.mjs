// Loaded into a process before anything else (`--import`): it is told to stop when its standard input ends, so that it does not outlive whoever
// started it, however that one ended.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).on('error', () => process.kill(process.pid, 'SIGTERM'))
process.stdin.resume()
process.stdin.unref()
