export type * from './documentStore.ts'
export { embeddedDocumentStore } from './embedded/embeddedDocumentStore.ts'
export * from './errors.ts'
export { mongoDocumentStore } from './mongo/onFirstUse.ts'
