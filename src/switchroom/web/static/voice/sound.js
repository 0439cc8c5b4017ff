// Microphone and loudspeaker of one call, at 16 kHz where the browser can, else at its own rate: the server converts.

const WANTED = 16000;

export class Sound {
  constructor(heard) {
    this.heard = heard; // called with each {level, pcm}
    this.muted = false;
  }

  // Ask for the microphone first: opening the loudspeaker needs a gesture, and the prompt keeps it.
  async open() {
    this.stream = await microphone().catch((error) => { this.refused = error; return null; });
    try {
      this.context = new AudioContext({ sampleRate: WANTED, latencyHint: "interactive" });
      await this.connect();
    } catch (error) {
      if (error.name !== "NotSupportedError") throw error;
      await this.context.close();
      this.context = new AudioContext({ latencyHint: "interactive" });
      await this.connect();
    }
    await this.context.resume();
    return this;
  }

  get rate() {
    return this.context.sampleRate;
  }

  async connect() {
    const worklet = this.context.audioWorklet;
    await Promise.all(["capture", "playback"].map((name) => worklet.addModule(new URL(`${name}.js`, import.meta.url))));
    this.player = new AudioWorkletNode(this.context, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.analyser = new AnalyserNode(this.context, { fftSize: 2048, smoothingTimeConstant: 0 });
    this.player.connect(this.analyser).connect(this.context.destination);
    if (!this.stream) return;
    const capture = new AudioWorkletNode(this.context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    capture.port.onmessage = ({ data }) => { if (!this.muted) this.heard(data); };
    this.context.createMediaStreamSource(this.stream).connect(capture);
  }

  play(buffer) {
    this.player.port.postMessage(buffer, [buffer]);
  }

  clear() {
    this.player.port.postMessage("clear");
  }

  // Loudness (0 to 1) and strongest frequency of what is being played now.
  measure() {
    const wave = new Float32Array(this.analyser.fftSize);
    const spectrum = new Float32Array(this.analyser.frequencyBinCount);
    this.analyser.getFloatTimeDomainData(wave);
    this.analyser.getFloatFrequencyData(spectrum);
    const loudest = spectrum.indexOf(Math.max(...spectrum));
    return {
      level: Math.sqrt(wave.reduce((sum, sample) => sum + sample * sample, 0) / wave.length),
      frequency: (loudest * this.rate) / this.analyser.fftSize,
    };
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
  }
}

function microphone() {
  if (!navigator.mediaDevices) {
    return Promise.reject(new DOMException("no secure context", "SecurityError"));
  }
  return navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
}

export function explain(error) {
  switch (error.name) {
    case "NotAllowedError":
      return "The microphone was not allowed. Allow it in the browser's address bar and call again.";
    case "NotFoundError":
      return "No microphone was found. Plug one in and call again.";
    case "NotReadableError":
      return "Another program uses the microphone. Close it and call again.";
    case "SecurityError":
      return "Browsers give out the microphone only to https:// pages and to localhost.";
    default:
      return `The microphone cannot be used (${error.name}).`;
  }
}
