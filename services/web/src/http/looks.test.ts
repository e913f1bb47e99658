import { isLook } from './looks.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

test.each<[string, Parameters<typeof isLook>[0], boolean]>([
  ['a browser', { method: 'GET', headers: { 'user-agent': firefox } }, true],
  ['a telephone', { method: 'GET', headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1' } }, true],
  ['a search engine', { method: 'GET', headers: { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' } }, false],
  ['a command line', { method: 'GET', headers: { 'user-agent': 'curl/8.5.0' } }, false],
  ['who does not say what they are', { method: 'GET', headers: {} }, false],
  ['a question for the head alone', { method: 'HEAD', headers: { 'user-agent': firefox } }, false],
  ['a browser that loads ahead of a click', { method: 'GET', headers: { 'user-agent': firefox, 'sec-purpose': 'prefetch;prerender' } }, false],
])('%s: a look that counts is %j %s', (_who, request, counts) => {
  expect(isLook(request)).toBe(counts)
})
