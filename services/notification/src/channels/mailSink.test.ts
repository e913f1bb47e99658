import { createMailSink } from './mailSink.ts'

const mail = (number: number) => ({ to: `p${number}@example.org`, subject: 's', text: 't', at: '2026-03-02T09:00:00.000Z' })

test('the sink gives the newest first, page by page', () => {
  const sink = createMailSink()
  for (let number = 1; number <= 5; number += 1) sink.put(mail(number))
  const first = sink.list({ limit: 3 })
  expect(first.items.map(({ to }) => to)).toEqual(['p5@example.org', 'p4@example.org', 'p3@example.org'])
  sink.put(mail(6))
  const second = sink.list({ limit: 3, after: first.after! })
  expect(second).toEqual({ items: [mail(2), mail(1)] })
})
test('the sink keeps the newest 500', () => {
  const sink = createMailSink()
  for (let number = 1; number <= 510; number += 1) sink.put(mail(number))
  const { items } = sink.list({ limit: 1_000 })
  expect(items).toHaveLength(500)
  expect(items.at(-1)).toEqual(mail(11))
})
