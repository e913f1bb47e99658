import { mongoForTests } from '@patchwork/testing'
import { documentStoreConformance } from '../conformance.ts'
import { mongoDocumentStore } from './mongoDocumentStore.ts'

const mongo = await mongoForTests()
afterAll(() => mongo?.stop())
const onMongo = mongo ? describe : describe.skip

onMongo('the store on MongoDB', () => {
  documentStoreConformance(async () => ({ open: async () => mongoDocumentStore({ uri: mongo!.uri }), stop: async () => {} }), { runs: 40 })
})
