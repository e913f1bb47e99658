import mongoose from 'mongoose'
import { StoreUnavailableError } from '../errors.ts'
import { toStoreError } from './mongoErrors.ts'

const { MongoNetworkError, MongoNetworkTimeoutError, MongoServerError, MongoUnexpectedServerResponseError } = mongoose.mongo

test.each([
  ['was cut', new MongoNetworkError('read ECONNRESET')],
  ['was cut while it was written to', Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET', syscall: 'write' })],
  ['fell silent', new MongoNetworkTimeoutError('connection timed out')],
  ['ended before its answer came', new MongoUnexpectedServerResponseError('Unable to get response from server')],
  ['led to a server that is stopping', new MongoServerError({ code: 91, message: 'shutting down' })],
])('a call whose connection %s may succeed later', (_what, error) => expect(toStoreError(error)).toBeInstanceOf(StoreUnavailableError))

test('a mistake of ours stays as it is', () => {
  const mistake = new MongoServerError({ code: 9, message: 'cannot be parsed' })
  expect(toStoreError(mistake)).toBe(mistake)
})
