// Calls of JsSIP with the real audio of the browser, an ear for what comes back, and a session timer that can be hurried.
// The timers of its transactions, all shorter, are left alone: a busy machine would be taken for a silent one.
window.hurry = 1
const patient = window.setTimeout
window.setTimeout = (work, ms, ...rest) => patient(work, ms > 40000 ? ms / window.hurry : ms, ...rest)

const soon = (start) => new Promise((resolve) => start(resolve))
const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
const audio = () => ({ mediaConstraints: { audio: raw, video: false }, pcConfig: { iceServers: [] } })

window.said = []
window.page = {
  register: ([port, password, host, user, name]) => soon((resolve) => {
    const socket = new JsSIP.WebSocketInterface(`wss://127.0.0.1:${port}`)
    window.phone = new JsSIP.UA({
      sockets: [socket], uri: `sip:${name || 'alice'}@${host || 'tenant.test'}`, password, register_expires: 120,
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
  hears: () => {
    if (window.ear === undefined || window.ear.of !== session) {
      const stream = new MediaStream(session.connection.getReceivers().map((receiver) => receiver.track))
      const loudspeaker = new Audio() // without one the track does not flow
      loudspeaker.srcObject = stream
      loudspeaker.play()
      const context = new AudioContext()
      const analyser = context.createAnalyser()
      analyser.fftSize = 8192
      context.createMediaStreamSource(stream).connect(analyser)
      window.ear = { of: session, context, analyser, loudspeaker }
    }
    const { context, analyser } = window.ear
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    const strongest = bins.indexOf(Math.max(...bins))
    return [strongest * context.sampleRate / analyser.fftSize, bins[strongest]]
  },
  restart: () => soon((resolve) => session.renegotiate({ rtcOfferConstraints: { iceRestart: true } }, () => resolve('restarted')) || resolve('not now')),
  state: () => [session.connection.iceConnectionState, session.connection.connectionState],
  sound: (digits) => session.sendDTMF(digits, { transportType: 'RFC2833', duration: 120, interToneGap: 120 }),
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
