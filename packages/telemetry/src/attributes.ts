/** Every attribute of our own that a span, metric or log may carry. Ids, codes and counts only: never a name, an address or free text. */
export const attributeNames = [
  'patchwork.service',
  'patchwork.role',
  'patchwork.policy',
  'patchwork.problem',
  'patchwork.group',
  'patchwork.topic',
  'patchwork.event.id',
  'patchwork.event.type',
  'patchwork.aggregate.id',
  'patchwork.aggregate.sequence',
  'patchwork.attempt',
  'patchwork.count',
  'http.request.method',
  'http.route',
  'http.response.status_code',
] as const
export type AttributeName = (typeof attributeNames)[number]
