/** Every service that runs in a process of its own, in the order in which they are started. */
export const services = ['people', 'identity', 'provider-directory', 'referral', 'personal-budget-pooling', 'notification', 'commissioning', 'web'] as const
export type ServiceName = (typeof services)[number]
