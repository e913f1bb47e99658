import house from '../../jest.config.js'

// Two journeys at a time, each with a place and a browser of its own: much of one is waiting. On two cores the round takes 7 minutes, and 8 one by one.
export default { ...house, rootDir: '.', testMatch: ['<rootDir>/journeys/**/*.journey.ts'], testTimeout: 300_000, maxWorkers: 2 }
