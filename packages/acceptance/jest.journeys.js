import house from '../../jest.config.js'

// One journey at a time: each has a place and a browser of its own, and two of them would only wait for each other.
export default { ...house, rootDir: '.', testMatch: ['<rootDir>/journeys/**/*.journey.ts'], testTimeout: 300_000, maxWorkers: 1 }
