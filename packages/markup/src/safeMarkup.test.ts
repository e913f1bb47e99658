import fc from 'fast-check'
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'
import { safeMarkup } from './safeMarkup.ts'

const allowed = new Set(['p', 'br', 'ul', 'ol', 'li', 'strong', 'em', 'b', 'i', 'a'])
type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/** Every node that a browser would make of a text, each with how deep it lies. */
const nodesIn = (html: string): { node: Node; depth: number }[] => {
  const found: { node: Node; depth: number }[] = []
  const walk = (nodes: readonly Node[], depth: number): void => {
    for (const node of nodes) {
      found.push({ node, depth })
      if ('childNodes' in node) walk(node.childNodes, depth + 1)
    }
  }
  walk(parseFragment(html).childNodes, 1)
  return found
}
const elementsIn = (html: string): Element[] => nodesIn(html).flatMap(({ node }) => ('tagName' in node ? [node] : []))
const wordsIn = (html: string): string =>
  nodesIn(html)
    .flatMap(({ node }) => ('value' in node ? [node.value] : []))
    .join('')

const names = [
  ...['script', 'style', 'svg', 'math', 'mtext', 'mglyph', 'malignmark', 'annotation-xml', 'foreignObject', 'desc', 'title', 'template', 'noscript', 'iframe'],
  ...[
    'img',
    'object',
    'embed',
    'form',
    'input',
    'button',
    'select',
    'option',
    'textarea',
    'table',
    'tr',
    'td',
    'caption',
    'base',
    'link',
    'meta',
    'xmp',
    'plaintext',
  ],
  ...[
    'noembed',
    'noframes',
    'frameset',
    'body',
    'html',
    'head',
    'div',
    'span',
    'h1',
    'font',
    'marquee',
    'details',
    'x-own',
    'P',
    'A',
    'a',
    'p',
    'b',
    'ul',
    'li',
    'br',
  ],
]
const addresses = [
  ...['javascript:alert(1)', ' java\nscript:alert(1)', 'JaVaScRiPt&colon;alert(1)', '&#106;avascript:alert(1)', 'data:text/html,<script>alert(1)</script>'],
  ...[
    'vbscript:x',
    '//example.org',
    '/find',
    '#x',
    'https://example.org/a?b=1&c=2',
    'http://example.org',
    'mailto:a@example.org',
    'tel:+441614960000',
    'https:javascript:x',
  ],
]
const attributes = fc.oneof(
  fc.constantFrom(...addresses).map((address) => ` href="${address}"`),
  fc.constantFrom(
    ' onclick=alert(1)',
    ' onerror="alert(1)"',
    ' style="background:url(javascript:x)"',
    ' id=x',
    ' class=y',
    ' src=x',
    ' srcdoc="<p>"',
    ' rel=x',
    " title='</noscript><img src=x>'",
  ),
)
const fragment = fc.oneof(
  fc.tuple(fc.constantFrom(...names), fc.array(attributes, { maxLength: 2 })).map(([name, all]) => `<${name}${all.join('')}>`),
  fc.constantFrom(...names).map((name) => `</${name}>`),
  fc.constantFrom(
    ...[
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<!doctype html>',
      '<?xml ?>',
      '<',
      '>',
      '"',
      "'",
      '&',
      '&lt;script&gt;',
      '&#60;img src=x onerror=y&#62;',
      '\u0000',
      '<a href="',
      '<p title="--><img src=1 onerror=alert(1)>',
    ],
    ...[
      '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
      '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
      '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    ],
  ),
  fc.string({ maxLength: 8 }),
)
const hostile = fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join(''))
const runs = { numRuns: 3_000 }

test('whatever a text holds, a browser finds in what is left only a few elements, with no attribute but a usable address', () =>
  fc.assert(
    fc.property(hostile, (html) => {
      for (const { tagName, attrs, namespaceURI } of elementsIn(safeMarkup(html))) {
        expect(allowed).toContain(tagName)
        expect(namespaceURI).toBe('http://www.w3.org/1999/xhtml')
        const said = Object.fromEntries(attrs.map(({ name, value }) => [name, value]))
        expect(said).toEqual(tagName === 'a' ? { href: expect.stringMatching(/^(?:https?:\/\/|mailto:|tel:)/i), rel: 'nofollow noopener' } : {})
      }
      expect(nodesIn(safeMarkup(html)).some(({ node }) => node.nodeName === '#comment' || node.nodeName === '#documentType')).toBe(false)
    }),
    runs,
  ))

test('what was cleaned once is clean', () =>
  fc.assert(
    fc.property(hostile, (html) => expect(safeMarkup(safeMarkup(html))).toBe(safeMarkup(html))),
    runs,
  ))

test('it is no deeper than eight elements, however deep the text', () => {
  for (const name of ['b', 'p', 'ul><li', 'div', 'a href="https://example.org"'])
    expect(Math.max(...nodesIn(safeMarkup(`<${name}>`.repeat(2_000))).map(({ depth }) => depth), 0)).toBeLessThanOrEqual(9)
})

test('paragraphs, lists, emphasis and links stay, and so does every word', () => {
  const html =
    '<p>Lunch <strong>every</strong> <em>day</em>,<br>see <a href="https://example.org/a?b=1&amp;c=2" target="_blank" onclick="x()">our page</a>.</p><ul><li>Tea<li>Soup</ul>'
  expect(safeMarkup(html)).toBe(
    '<p>Lunch <strong>every</strong> <em>day</em>,<br />see <a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener">our page</a>.</p><ul><li>Tea</li><li>Soup</li></ul>',
  )
  expect(wordsIn(safeMarkup(html))).toBe(wordsIn(html))
})

test('of a link that leads nowhere usable its words are left', () => {
  for (const address of [
    'javascript:alert(1)',
    'java&#10;script:x',
    'data:text/html,x',
    '//example.org',
    '/find',
    'ftp://example.org',
    `https://example.org/${'x'.repeat(500)}`,
  ])
    expect(safeMarkup(`<a href="${address}">here</a>`)).toBe('here')
})

test('of scripts, styles and pictures nothing is left, and of a text of 10 MB neither', () => {
  expect(safeMarkup('<script>x</script><style>y</style><img src=z><svg><text>q</text></svg><p>Tea</p>')).toBe('<p>Tea</p>')
  expect(safeMarkup('<p>Tea</p>'.repeat(1_000_000))).toBe('')
})
