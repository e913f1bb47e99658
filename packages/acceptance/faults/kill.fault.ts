import { killWhileTheLoopRuns } from './killWhileTheLoopRuns.ts'

test('O1 killed at each point of the write path while the loop runs, a place on SQLite loses nothing', () => killWhileTheLoopRuns('SQLite', {}))
