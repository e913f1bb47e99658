/** What comes one by one, so many at a time; the last time as many as are left, and never none. Asks for more only once a batch was taken. */
export async function* inBatches<One>(all: AsyncIterable<One>, size: number): AsyncGenerator<One[]> {
  let batch: One[] = []
  for await (const one of all) {
    batch.push(one)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
