// The service worker of the app: all of it is the package's.
import { installWorker } from '@flaneur/web/worker'

declare const __SHELL__: string[] // put in when it is built
declare const __VERSION__: string

installWorker({ shell: __SHELL__, version: __VERSION__, icon: 'icon-192.png', badge: 'icon-192.png' })
