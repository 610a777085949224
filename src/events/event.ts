import type { BuildEvent } from './build-events.ts'
import type { FetchEvent } from './fetch-events.ts'
import type { ScheduleEvent } from './schedule-events.ts'
import type { StoreEvent } from './store-events.ts'

/** Something that happened, as plain JSON. Every output of kith is made of these. */
export type Event = FetchEvent | ScheduleEvent | BuildEvent | StoreEvent
