/**
 * Distances on the WGS 84 ellipsoid, as the engine judges them: T. Vincenty, "Direct and inverse
 * solutions of geodesics on the ellipsoid", Survey Review 23 (1975). Below a millimetre, but for
 * places nearly opposite each other on earth, which no zone's radius reaches.
 */
const A = 6_378_137
const F = 1 / 298.257223563
const B = A * (1 - F)
const RAD = Math.PI / 180

/** Longitude and latitude in degrees. */
export type Place = readonly [number, number]

/** The place a distance away, `bearing` degrees clockwise from north. Longitude runs on past 180. */
export function destination([lon, lat]: Place, bearing: number, metres: number): Place {
  const [sinBearing, cosBearing] = [Math.sin(bearing * RAD), Math.cos(bearing * RAD)]
  const tanU1 = (1 - F) * Math.tan(lat * RAD)
  const cosU1 = 1 / Math.hypot(1, tanU1)
  const sinU1 = tanU1 * cosU1
  const sigma1 = Math.atan2(tanU1, cosBearing)
  const sinAlpha = cosU1 * sinBearing
  const cosSqAlpha = 1 - sinAlpha ** 2
  const { big, small } = series(cosSqAlpha)
  const flat = metres / (B * big)
  let sigma = flat
  for (let turn = 0; turn < 100; turn++) {
    const next = flat + correction(small, sigma, Math.cos(2 * sigma1 + sigma))
    const done = Math.abs(next - sigma) < 1e-13
    sigma = next
    if (done) break
  }
  const cosMiddle = Math.cos(2 * sigma1 + sigma)
  const [sinSigma, cosSigma] = [Math.sin(sigma), Math.cos(sigma)]
  const across = sinU1 * sinSigma - cosU1 * cosSigma * cosBearing
  const latitude = Math.atan2(
    sinU1 * cosSigma + cosU1 * sinSigma * cosBearing,
    (1 - F) * Math.hypot(sinAlpha, across),
  )
  const lambda = Math.atan2(sinSigma * sinBearing, cosU1 * cosSigma - sinU1 * sinSigma * cosBearing)
  return [lon + longitude(lambda, sinAlpha, cosSqAlpha, sigma, cosMiddle) / RAD, latitude / RAD]
}

/** Metres between two places, along the geodesic. */
export function distanceM([lon1, lat1]: Place, [lon2, lat2]: Place): number {
  const apart = (lon2 - lon1) * RAD
  const [u1, u2] = [lat1, lat2].map((each) => Math.atan((1 - F) * Math.tan(each * RAD))) as [
    number,
    number,
  ]
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)]
  let lambda = apart
  for (let turn = 0; turn < 200; turn++) {
    const [sinLambda, cosLambda] = [Math.sin(lambda), Math.cos(lambda)]
    const sinSigma = Math.hypot(cosU2 * sinLambda, cosU1 * sinU2 - sinU1 * cosU2 * cosLambda)
    if (sinSigma === 0) return 0
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cosLambda
    const sigma = Math.atan2(sinSigma, cosSigma)
    const sinAlpha = (cosU1 * cosU2 * sinLambda) / sinSigma
    const cosSqAlpha = 1 - sinAlpha ** 2
    const cosMiddle = cosSqAlpha < 1e-12 ? 0 : cosSigma - (2 * sinU1 * sinU2) / cosSqAlpha
    const next = apart + (lambda - longitude(lambda, sinAlpha, cosSqAlpha, sigma, cosMiddle))
    const done = Math.abs(next - lambda) < 1e-13
    lambda = next
    if (!done) continue
    const { big, small } = series(cosSqAlpha)
    return B * big * (sigma - correction(small, sigma, cosMiddle))
  }
  return Math.PI * B
}

function series(cosSqAlpha: number): { big: number; small: number } {
  const u = (cosSqAlpha * (A ** 2 - B ** 2)) / B ** 2
  return {
    big: 1 + (u / 16_384) * (4_096 + u * (-768 + u * (320 - 175 * u))),
    small: (u / 1_024) * (256 + u * (-128 + u * (74 - 47 * u))),
  }
}

function correction(small: number, sigma: number, cosMiddle: number): number {
  const [sin, cos, square] = [Math.sin(sigma), Math.cos(sigma), cosMiddle ** 2]
  const last = (small / 6) * cosMiddle * (-3 + 4 * sin ** 2) * (-3 + 4 * square)
  return small * sin * (cosMiddle + (small / 4) * (cos * (-1 + 2 * square) - last))
}

/** The difference in longitude on the ellipsoid, in radians, of one on the auxiliary sphere. */
function longitude(
  lambda: number,
  sinAlpha: number,
  cosSqAlpha: number,
  sigma: number,
  cosMiddle: number,
): number {
  const c = (F / 16) * cosSqAlpha * (4 + F * (4 - 3 * cosSqAlpha))
  const inner = cosMiddle + c * Math.cos(sigma) * (-1 + 2 * cosMiddle ** 2)
  return lambda - (1 - c) * F * sinAlpha * (sigma + c * Math.sin(sigma) * inner)
}
