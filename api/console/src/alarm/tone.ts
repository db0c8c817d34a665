/**
 * The tone of a new critical alert, made here: two short notes, the second higher.
 *
 * Browsers give no sound before somebody has clicked or pressed a key in the page; until then
 * `ready` is false.
 */
const NOTES_HZ = [660, 880]
const NOTE_S = 0.16
const LOUDNESS = 0.25

let context: AudioContext | null = null

/** Whether a tone would be heard; asks the browser for it. */
export async function ready(): Promise<boolean> {
  context ??= new AudioContext()
  // It stays pending for as long as nobody has touched the page.
  await Promise.race([context.resume(), new Promise((later) => setTimeout(later, 100))])
  return context.state === "running"
}

/** Sound the tone, if the browser lets us. */
export function sound(): void {
  if (context?.state !== "running") return
  NOTES_HZ.forEach((hertz, place) => {
    if (context) note(context, hertz, context.currentTime + place * NOTE_S)
  })
}

function note(audio: AudioContext, hertz: number, at: number): void {
  const oscillator = audio.createOscillator()
  const gain = audio.createGain()
  oscillator.type = "triangle"
  oscillator.frequency.value = hertz
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01)
  gain.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S)
  oscillator.connect(gain).connect(audio.destination)
  oscillator.start(at)
  oscillator.stop(at + NOTE_S)
}
