import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Failure, Operation, OperationResult, Row, Statement } from './placeFile.ts'
import { isFull, toFailure, toRefused } from './sqliteErrors.ts'

/** Statements kept prepared; the one unused for longest goes first. */
const statementsPreparedMax = 1_000

type Result = number | Row[] | Row | undefined
export type Outcome = OperationResult | Failure

/**
 * Carries out operations in order, all writes by one commit, each in a savepoint of its own, and answers them after the commit.
 * An operation that fails spoils no other; a commit that fails fails all of it.
 */
export const openOperations = (database: DatabaseSync) => {
  const prepared = preparedStatements(database)

  const one = ({ sql, parameters = [], mode }: Statement): Result => {
    const statement = prepared(sql)
    if (mode === 'all') return statement.all(...parameters) as Row[]
    if (mode === 'get') return statement.get(...parameters) as Row | undefined
    return Number(statement.run(...parameters).changes)
  }
  const inOrder = ({ statements }: Operation): OperationResult => {
    const results: Result[] = []
    for (const [index, statement] of statements.entries()) {
      const result = one(statement)
      if (statement.expectChanges !== undefined && result !== statement.expectChanges) return { outcome: 'unmet', statement: index, results }
      results.push(result)
    }
    return { outcome: 'done', results }
  }
  const read = (operation: Operation): Outcome => {
    try {
      return inOrder(operation)
    } catch (error) {
      return toFailure(error)
    }
  }
  const undo = () => {
    prepared('ROLLBACK TO operation').run()
    prepared('RELEASE operation').run()
  }
  const write = (operation: Operation): Outcome => {
    // One statement that fails is undone by SQLite itself.
    const isAlone = operation.statements.length === 1 && operation.statements[0]?.expectChanges === undefined
    if (!isAlone) prepared('SAVEPOINT operation').run()
    try {
      const result = inOrder(operation)
      if (isAlone) return result
      if (result.outcome === 'done') prepared('RELEASE operation').run()
      else undo()
      return result
    } catch (error) {
      // For some errors (no room, no memory, input or output) SQLite itself ends the whole transaction; then there is no savepoint to go back to.
      if (!database.isTransaction) throw error
      if (!isAlone) undo()
      return toRefused(error, database) ?? toFailure(error)
    }
  }

  const together = (operations: readonly Operation[]): Outcome[] => {
    let isCommitting = false
    try {
      prepared('BEGIN IMMEDIATE').run()
      const outcomes = operations.map((operation) => (readsOnly(operation) ? read(operation) : write(operation)))
      isCommitting = true
      prepared('COMMIT').run()
      return outcomes
    } catch (error) {
      if (database.isTransaction) prepared('ROLLBACK').run()
      // One operation too large for the room that is left must not fail its neighbours. Nothing was answered yet, so each may run again, alone.
      if (!isCommitting && isFull(error) && operations.length > 1) return operations.flatMap((operation) => together([operation]))
      const failure = toFailure(error)
      return operations.map(() => failure)
    }
  }

  return (operations: readonly Operation[]): Outcome[] => {
    // Reads before the first write see only what is durable and need no transaction.
    const firstWrite = operations.findIndex((operation) => !readsOnly(operation))
    if (firstWrite === -1) return operations.map(read)
    return [...operations.slice(0, firstWrite).map(read), ...together(operations.slice(firstWrite))]
  }
}

const preparedStatements = (database: DatabaseSync) => {
  const bySql = new Map<string, StatementSync>()
  return (sql: string): StatementSync => {
    const known = bySql.get(sql)
    const statement = known ?? database.prepare(sql)
    // Setting it anew makes it the youngest of the map.
    bySql.delete(sql)
    bySql.set(sql, statement)
    if (bySql.size > statementsPreparedMax) bySql.delete(bySql.keys().next().value!)
    return statement
  }
}

const readsOnly = ({ statements }: Operation): boolean =>
  statements.every(({ mode, sql }) => mode !== 'run' && /^\s*(SELECT|EXPLAIN|VALUES|PRAGMA)\b/i.test(sql))
