/** Rings: a short tone. */
export function beep(): void {
  const audio = new AudioContext()
  const [tone, volume] = [audio.createOscillator(), audio.createGain()]
  volume.gain.value = 0.05
  tone.connect(volume).connect(audio.destination)
  tone.frequency.value = 660
  tone.start()
  tone.stop(audio.currentTime + 0.08)
  tone.onended = () => void audio.close()
}
