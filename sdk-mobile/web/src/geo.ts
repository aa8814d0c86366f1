/** Metres between two points, on a sphere (haversine). */
export function distance(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const rad = Math.PI / 180
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2
  return 2 * 6371008.8 * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The points of a walk along a route, one a second. */
export function* along(route: { lat: number; lon: number }[], metresPerSecond: number): Generator<{ lat: number; lon: number }> {
  for (let i = 1; i < route.length; i++) {
    const a = route[i - 1]!, b = route[i]!
    const steps = Math.max(1, Math.round(distance(a, b) / metresPerSecond))
    for (let s = 0; s < steps; s++) yield { lat: a.lat + ((b.lat - a.lat) * s) / steps, lon: a.lon + ((b.lon - a.lon) * s) / steps }
  }
  const end = route.at(-1)
  if (end) yield end
}
