import { inBatches } from './index.ts'

async function* upTo(last: number, taken: number[] = []) {
  for (let one = 1; one <= last; one += 1) {
    taken.push(one)
    yield one
  }
}

describe('what comes one by one is given in batches', () => {
  test.each([
    [0, []],
    [1, [[1]]],
    [2, [[1, 2]]],
    [5, [[1, 2], [3, 4], [5]]],
  ])('of two where there are %s', async (last, batches) => {
    const given: number[][] = []
    for await (const batch of inBatches(upTo(last), 2)) given.push(batch)
    expect(given).toEqual(batches)
  })

  test('and nothing is asked for ahead of the batch that is wanted', async () => {
    const taken: number[] = []
    const batches = inBatches(upTo(9, taken), 3)
    await batches.next()
    expect(taken).toEqual([1, 2, 3])
    await batches.return(undefined)
  })
})
