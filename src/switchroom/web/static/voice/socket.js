// The voice socket: authenticates, starts, and hands every message to `told(message)` and all sound to `sounded(buffer)`.

export class VoiceSocket {
  constructor({ told, sounded, closed }) {
    this.told = told;
    this.sounded = sounded;
    this.closed = closed;
    this.started = false; // sound before that would start a call of its own
  }

  open(credentials, rate) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/webrtc/ws`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.send({ type: "authenticate", ...credentials });
    this.socket.onmessage = ({ data }) => (typeof data === "string" ? this.read(JSON.parse(data), rate) : this.sounded(data));
    this.socket.onclose = () => this.closed();
  }

  read(message, rate) {
    if (message.type === "authenticated") {
      const agent = new URLSearchParams(location.search).get("agent"); // a page may name whom to talk to
      this.send({ type: "start", rate, format: "binary", ...(agent ? { agent } : {}) });
      this.started = true;
    }
    this.told(message);
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  sound(pcm) {
    // A connection that does not keep up gets silence instead of a growing delay.
    if (this.started && this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 200_000) this.socket.send(pcm);
  }

  close() {
    this.socket?.close();
  }
}
