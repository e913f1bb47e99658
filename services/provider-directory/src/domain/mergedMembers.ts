import type { MemberChanges, MemberRole } from './organisation.ts'

/** One of several organisations that stand as one. `mergedInto` is absent for the one that stands. */
export type MergedOrganisation = {
  organisationId: string
  mergedInto?: { organisationId: string; matchId: string }
  members: readonly { personId: string; memberRole: MemberRole; through?: string }[]
}
type Edge = { to: string; matchId: string }

/**
 * What must change so that whoever acts for one of them acts for each of them, through the merges that lie between, and nobody does through a merge that is
 * no more. Whoever owns one owns all.
 */
export const mirroredMembers = (organisations: readonly MergedOrganisation[]): Map<string, MemberChanges> => {
  const byId = new Map(organisations.map((one) => [one.organisationId, one]))
  const edgesOf = new Map<string, Edge[]>(organisations.map(({ organisationId }) => [organisationId, []]))
  for (const { organisationId, mergedInto } of organisations) {
    if (!mergedInto || !byId.has(mergedInto.organisationId)) continue
    edgesOf.get(organisationId)!.push({ to: mergedInto.organisationId, matchId: mergedInto.matchId })
    edgesOf.get(mergedInto.organisationId)!.push({ to: organisationId, matchId: mergedInto.matchId })
  }
  /** Those who act for an organisation, or one beyond it, by themselves. */
  const ownBeyond = (id: string, seen: ReadonlySet<string>): Map<string, MemberRole> => {
    const roles = new Map(
      byId.get(id)!.members.flatMap(({ personId, memberRole, through }) => (through === undefined ? [[personId, memberRole] as const] : [])),
    )
    for (const { to } of edgesOf.get(id)!) if (!seen.has(to)) addRoles(roles, ownBeyond(to, new Set([...seen, to])))
    return roles
  }
  return new Map(
    organisations.map((one) => {
      const { organisationId: id, members } = one
      const known = new Map(members.map((member) => [member.personId, member]))
      const wanted = new Map<string, { memberRole: MemberRole; throughMatchId: string }>()
      for (const { to, matchId } of edgesOf.get(id)!)
        for (const [personId, memberRole] of ownBeyond(to, new Set([id, to]))) {
          const role = wanted.get(personId)?.memberRole === 'owner' ? 'owner' : memberRole
          wanted.set(personId, { memberRole: role, throughMatchId: wanted.get(personId)?.throughMatchId ?? matchId })
        }
      const joins = [...wanted].flatMap(([personId, { memberRole, throughMatchId }]) => {
        const member = known.get(personId)
        // Who acts for it by themselves does so whatever becomes of the merge.
        if (member && member.through === undefined) return []
        const isThere = member?.through === throughMatchId && member.memberRole === memberRole
        return isThere ? [] : [{ personId, memberRole, throughMatchId }]
      })
      const leaves = members.flatMap(({ personId, through }) => (through !== undefined && !wanted.has(personId) ? [personId] : []))
      return [id, { joins, leaves }]
    }),
  )
}

const addRoles = (roles: Map<string, MemberRole>, more: ReadonlyMap<string, MemberRole>): void => {
  for (const [personId, memberRole] of more) if (roles.get(personId) !== 'owner') roles.set(personId, memberRole)
}
