import house from '../../jest.config.js'

export default { ...house, rootDir: '.', testMatch: ['<rootDir>/faults/**/*.fault.ts'], testTimeout: 7_200_000, maxWorkers: 1 }
