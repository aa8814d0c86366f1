// A map without tiles: the person in the middle, rings of distance, offers where their places are.
import { distance, type Fix, type Offer } from '@flaneur/web'
import { metres, svg, h, t } from './ui.js'

const SIZE = 360 // units of the drawing; half of it is the radius
const RADII = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000] // metres that the map can show

let zoom: number | undefined // index of RADII that the person chose

export function offerMap(offers: Offer[], me: Fix | undefined, pick: (o: Offer) => void, redraw: () => void): HTMLElement {
  const placed = offers.filter((o) => o.place)
  const centre = me ?? placed[0]?.place ?? { lat: 0, lon: 0 }
  const farthest = Math.max(100, ...placed.slice(0, 10).map((o) => distance(centre, o.place!)))
  const fitting = RADII.findIndex((r) => r >= farthest)
  const at = zoom ?? (fitting < 0 ? RADII.length - 1 : fitting)
  const radius = RADII[at]!
  const scale = (SIZE / 2 - 26) / radius
  const project = (p: { lat: number; lon: number }): [number, number] => {
    const north = (p.lat - centre.lat) * 111_195
    const east = (p.lon - centre.lon) * 111_195 * Math.cos((centre.lat * Math.PI) / 180)
    return [SIZE / 2 + east * scale, SIZE / 2 - north * scale]
  }
  const inView = placed.map((o) => ({ o, at: project(o.place!) })).filter(({ at: [x, y] }) => Math.hypot(x - SIZE / 2, y - SIZE / 2) <= SIZE / 2 - 8)
  const rings = [1, 0.5, 0.25].map((share) => {
    const r = radius * share * scale
    return [svg('circle', { cx: SIZE / 2, cy: SIZE / 2, r, class: 'ring' }), svg('text', { x: SIZE / 2, y: SIZE / 2 - r - 3, class: 'ring-label' }, metres(radius * share))]
  })
  const taken: [number, number][] = []
  const pins = inView.map(({ o, at: [x, y] }, i) => {
    while (taken.some(([a, b]) => Math.hypot(a - x, b - y) < 22)) [x, y] = [x + 12, y - 18] // several at one place
    taken.push([x, y])
    const open = () => pick(o)
    return svg('g', {
      class: 'pin', transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, role: 'button', tabindex: 0,
      'aria-label': `${o.title}, ${o.merchant}, ${metres(distance(centre, o.place!))}`, onclick: open,
      onkeydown: (e: KeyboardEvent) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); open() } },
    }, svg('circle', { r: 22, class: 'target' }), svg('path', { d: 'M0 0c-7-9-12-14-12-22a12 12 0 0 1 24 0c0 8-5 13-12 22z' }), svg('text', { y: -18 }, i + 1))
  })
  const step = (by: number) => () => {
    zoom = Math.min(RADII.length - 1, Math.max(0, at + by))
    redraw()
  }
  const accuracy = me?.acc ? Math.min(me.acc * scale, SIZE / 2) : 0
  return h('div', { class: 'map' },
    svg('svg', { viewBox: `0 0 ${SIZE} ${SIZE}`, role: 'group', 'aria-label': t().mapLabel }, ...rings,
      svg('path', { d: 'M22 14l7 16-7-4-7 4z', class: 'north' }), svg('text', { x: 22, y: 44, class: 'ring-label' }, 'N'),
      me && svg('circle', { cx: SIZE / 2, cy: SIZE / 2, r: accuracy, class: 'accuracy' }),
      me && svg('circle', { cx: SIZE / 2, cy: SIZE / 2, r: 7, class: 'me', 'aria-label': t().you }), ...pins),
    h('div', { class: 'zoom' },
      h('button', { type: 'button', class: 'icon', 'aria-label': t().zoomIn, disabled: at === 0, onclick: step(-1) }, '+'),
      h('button', { type: 'button', class: 'icon', 'aria-label': t().zoomOut, disabled: at === RADII.length - 1, onclick: step(1) }, '−')),
    h('ol', { class: 'legend' }, inView.map(({ o }) => h('li', {}, h('button', { type: 'button', class: 'link', onclick: () => pick(o) }, o.title), ` ${o.merchant}, ${metres(distance(centre, o.place!))}`))))
}
