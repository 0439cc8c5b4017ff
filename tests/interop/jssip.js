// Makes JsSIP testable without DTLS: audio that is plain RTP and goes nowhere, and a session timer that can be hurried. The
// timers of its transactions, all shorter, are left alone: a busy machine would be taken for a silent one.
window.hurry = 1
const patient = window.setTimeout
window.setTimeout = (work, ms, ...rest) => patient(work, ms > 40000 ? ms / window.hurry : ms, ...rest)

const MIRROR = { sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive', sendrecv: 'sendrecv' }
let version = 0

function described(direction) {
  version += 1
  return [
    'v=0', `o=- 1 ${version} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0',
    `m=audio ${window.mediaPort} RTP/AVP 0 101`, 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000',
    'a=ptime:20', `a=${direction}`, '',
  ].join('\r\n')
}

window.RTCPeerConnection = class {
  iceGatheringState = 'complete'
  iceConnectionState = 'connected'
  signalingState = 'stable'
  localDescription = null
  remoteDescription = null
  addEventListener() {}
  removeEventListener() {}
  addTrack() {}
  getSenders() { return [] }
  getReceivers() { return [] }
  close() { this.signalingState = 'closed' }
  async createOffer() { return { type: 'offer', sdp: described('sendrecv') } }
  async createAnswer() {
    const theirs = /a=(sendonly|recvonly|inactive|sendrecv)/.exec(this.remoteDescription.sdp)
    return { type: 'answer', sdp: described(MIRROR[theirs ? theirs[1] : 'sendrecv']) }
  }
  async setLocalDescription(description) { this.localDescription = description; this.turn(description, 'have-local-offer') }
  async setRemoteDescription(description) { this.remoteDescription = description; this.turn(description, 'have-remote-offer') }
  turn(description, state) { this.signalingState = description.type === 'offer' ? state : 'stable' }
}

const soon = (start) => new Promise((resolve) => start(resolve))
const audio = () => ({ mediaStream: new MediaStream() })

window.said = []
window.page = {
  register: ([port, password, host, user]) => soon((resolve) => {
    const socket = new JsSIP.WebSocketInterface(`wss://127.0.0.1:${port}`)
    window.phone = new JsSIP.UA({
      sockets: [socket], uri: `sip:alice@${host || 'tenant.test'}`, password, register_expires: 120,
      ...(user ? { authorization_user: user } : {}),
      connection_recovery_min_interval: 1, connection_recovery_max_interval: 2,
    })
    phone.on('registered', () => { said.push('registered'); resolve('registered') })
    phone.on('disconnected', () => said.push('disconnected'))
    phone.on('registrationFailed', (event) => resolve(`failed ${event.response ? event.response.status_code : event.cause}`))
    phone.start()
  }),
  refresh: (given) => soon((resolve) => {
    for (const [name, value] of Object.entries(given || {})) phone.set(name, value)
    phone.once('registered', () => resolve('registered'))
    phone.once('registrationFailed', ({ response }) => resolve(`failed ${response.status_code}`))
    phone.register()
  }),
  listen: (session) => {
    window.session = session
    for (const name of ['hold', 'unhold', 'ended', 'failed', 'refer']) {
      session.on(name, (event) => said.push(event && event.originator ? `${name} by ${event.originator}` : name))
    }
  },
  call: (target) => soon((resolve) => {
    page.listen(phone.call(target, {
      ...audio(),
      eventHandlers: {
        confirmed: () => resolve('confirmed'),
        failed: (event) => resolve(event.message ? event.message.status_code : event.cause),
      },
    }))
  }),
  answering: () => {
    phone.on('newRTCSession', ({ originator, session }) => {
      if (originator !== 'remote') return
      page.listen(session)
      session.answer(audio())
    })
  },
  hold: (useUpdate) => soon((resolve) => session.hold({ useUpdate }, () => resolve('held')) || resolve('not now')),
  resume: (useUpdate) => soon((resolve) => session.unhold({ useUpdate }, () => resolve('resumed')) || resolve('not now')),
  press: (digits) => session.sendDTMF(digits, { interToneGap: 50 }),
  transfer: (target) => soon((resolve) => {
    session.refer(target, {
      eventHandlers: {
        requestFailed: ({ response, cause }) => resolve(`refused ${response ? response.status_code : cause}`),
        accepted: () => resolve('accepted'),
        failed: ({ status_line }) => resolve(`failed ${status_line.status_code}`),
      },
    })
  }),
  leave: () => session.terminate(),
}
