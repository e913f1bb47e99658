import { type AppOptions, createApp } from '@patchwork/http'
import { deliveryRoutes } from './http/deliveryRoutes.ts'
import { mailRoute } from './http/mailRoute.ts'
import { messageRoutes } from './http/messageRoutes.ts'
import { preferenceRoutes } from './http/preferenceRoutes.ts'

type Dependencies = Parameters<typeof messageRoutes>[0] &
  Parameters<typeof deliveryRoutes>[0] &
  Parameters<typeof preferenceRoutes>[0] &
  Parameters<typeof mailRoute>[0]

/** Every route of this service. */
export const routes = (dependencies: Dependencies) => [
  ...messageRoutes(dependencies),
  ...deliveryRoutes(dependencies),
  ...preferenceRoutes(dependencies),
  mailRoute(dependencies),
]

/** The HTTP face, for `/api/notification`. */
export const createNotificationApp = (options: Omit<AppOptions, 'service' | 'routes'>, dependencies: Dependencies) =>
  createApp({ service: 'notification', routes: routes(dependencies), ...options })
