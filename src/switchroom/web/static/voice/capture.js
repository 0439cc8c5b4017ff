// The microphone, cut into pieces of 20 ms of 16-bit PCM, each with its loudness.

registerProcessor("capture", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(Math.round(sampleRate / 50));
    this.filled = 0;
    this.energy = 0;
  }

  process([[samples]]) {
    for (const sample of samples ?? []) {
      const held = Math.max(-1, Math.min(1, sample));
      this.piece[this.filled] = held * 32767;
      this.energy += held * held;
      this.filled += 1;
      if (this.filled === this.piece.length) this.send();
    }
    return true;
  }

  send() {
    const level = Math.sqrt(this.energy / this.piece.length);
    this.port.postMessage({ level, pcm: this.piece.buffer }, [this.piece.buffer]);
    this.piece = new Int16Array(Math.round(sampleRate / 50));
    this.filled = 0;
    this.energy = 0;
  }
});
