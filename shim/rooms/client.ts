// livekit.js: LiveKit's client as a call's engine uses it. It joins the room that it is told to join, says what happens there as the core's
// codec reads it (wasm/backends/livekit_calls), and decides nothing.
//
// A page that joins again does so under the same identity, and the server then lets the older connection go. So the one before is left only
// after that: an agent takes "has left" for the end of the conversation, and "was replaced" for a way back. The client's own page-leave is
// off (it fires at a `tel:` link too), and its own tries end after two: further ones are the core's, with a new token.
import {
  ConnectionError,
  ConnectionErrorReason,
  DisconnectReason,
  LocalAudioTrack,
  LogLevel,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
  type LocalTrack,
  type Participant,
  type RemoteTrack,
} from 'livekit-client';
import type { CallReason, EngineNews } from '../generated/messages';
import { watch_flow } from './flow';

export interface Host {
  told(what: object): void;
  news(state: EngineNews, reason?: CallReason): void;
  /** What the agent says, or nothing any more. */
  heard(stream: MediaStream | undefined): void;
}

export interface Client {
  connect(url: string, token: string): Promise<void>;
  /** By this microphone; also what is said before the room is joined. */
  speak(stream: MediaStream): void;
  mute(on: boolean): void;
  leave(): void;
}

const tries_max = 2;
const retry_ms = 300;

setLogLevel(LogLevel.warn);

const reasons: Partial<Record<DisconnectReason, CallReason>> = {
  [DisconnectReason.DUPLICATE_IDENTITY]: 'replaced',
  [DisconnectReason.PARTICIPANT_REMOVED]: 'by_shop',
  [DisconnectReason.ROOM_DELETED]: 'by_shop',
  [DisconnectReason.ROOM_CLOSED]: 'by_shop',
};

const refused = (error: unknown): boolean =>
  error instanceof ConnectionError && error.reason === ConnectionErrorReason.NotAllowed;

export function make_client(host: Host): Client {
  let room: Room | undefined;
  let microphone: MediaStreamTrack | undefined;
  let track: LocalAudioTrack | undefined;
  let muted = false;
  let stop_watching = (): void => undefined;

  function make_track(): LocalAudioTrack | undefined {
    track = microphone && new LocalAudioTrack(microphone, undefined, true);
    if (muted) void track?.mute();
    return track;
  }

  async function publish(to: Room): Promise<void> {
    if (!track) return;
    console.info('[LiveKit] publishing track');
    await to.localParticipant.publishTrack(track as LocalTrack, { source: Track.Source.Microphone });
  }

  return {
    async connect(url, token) {
      const before = room;
      before?.removeAllListeners();
      stop_watching();
      const own = new Room({
        disconnectOnPageLeave: false,
        stopLocalTrackOnUnpublish: false,
        reconnectPolicy: {
          nextRetryDelayInMs: ({ retryCount }) => (retryCount < tries_max ? retry_ms : null),
        },
      });
      room = own;
      listen(own, host, () => room === own);
      // The first one has what was said while there was no room.
      if (before) make_track();
      try {
        await own.connect(url, token, { maxRetries: 0 });
        if (room !== own) return;
        console.info('[LiveKit] Connected');
        await publish(own);
        if (room !== own) return;
        host.news('live');
        stop_watching = watch_flow(
          () => track?.getRTCStatsReport(),
          (flows) => (flows ? host.news('back') : host.news('reconnecting', 'network')),
        );
      } catch (error) {
        if (room !== own) return;
        console.warn('[LiveKit] not connected.', error);
        host.news('needs_ticket', refused(error) ? 'refused' : 'network');
      } finally {
        void before?.disconnect(false);
        if (room !== own) void own.disconnect(false);
      }
    },

    speak(stream) {
      [microphone] = stream.getAudioTracks();
      if (track && microphone) return void track.replaceTrack(microphone, true).catch(console.warn);
      make_track()?.startPreConnectBuffer();
    },

    mute(on) {
      muted = on;
      void (on ? track?.mute() : track?.unmute());
    },

    leave() {
      const last = room;
      room = undefined;
      stop_watching();
      track?.stopPreConnectBuffer();
      last?.removeAllListeners();
      void last?.disconnect(false);
    },
  };
}

function listen(room: Room, host: Host, is_current: () => boolean): void {
  const person = ({ identity, kind, attributes }: Participant): void =>
    host.told({ is: 'somebody', identity, kind, attributes });
  const is_sound = (track: RemoteTrack): boolean => track.kind === Track.Kind.Audio;

  room
    .once(RoomEvent.SignalConnected, () => {
      host.told({ is: 'joined', identity: room.localParticipant.identity });
      room.remoteParticipants.forEach(person);
    })
    .on(RoomEvent.ParticipantConnected, person)
    .on(RoomEvent.ParticipantAttributesChanged, (_, participant) => {
      if (participant !== room.localParticipant) person(participant);
    })
    .on(RoomEvent.ParticipantDisconnected, ({ identity }) => host.told({ is: 'left', identity }))
    .on(RoomEvent.TrackSubscribed, (track) => {
      if (is_sound(track)) host.heard(new MediaStream([track.mediaStreamTrack]));
    })
    .on(RoomEvent.TrackUnsubscribed, (track) => {
      if (is_sound(track)) host.heard(undefined);
    })
    .on(RoomEvent.TranscriptionReceived, (segments, from) =>
      host.told({
        is: 'segments',
        from: from?.identity ?? '',
        segments: segments.map(({ id, text, final }) => ({ id, text, final })),
      }),
    )
    .on(RoomEvent.DataReceived, (payload, from, _, topic) =>
      host.told({ is: 'packet', topic, from: from?.identity ?? '', text: new TextDecoder().decode(payload) }),
    )
    .on(RoomEvent.SignalReconnecting, () => host.news('reconnecting', 'network'))
    .on(RoomEvent.Reconnecting, () => host.news('reconnecting', 'network'))
    .on(RoomEvent.Reconnected, () => host.news('back'))
    .on(RoomEvent.Disconnected, (why) => {
      // Before it was joined, `connect` says so.
      const reason = why === undefined ? undefined : reasons[why];
      if (reason) host.news('gone', reason);
      else host.news('needs_ticket', 'network');
    });

  room.registerTextStreamHandler('lk.transcription', async (reader, { identity }) => {
    const { id, topic } = reader.info;
    let text = '';
    const tell = (over: boolean): void => {
      if (is_current())
        host.told({
          is: 'stream',
          topic,
          from: identity,
          id,
          attributes: reader.info.attributes,
          text,
          over,
        });
    };
    try {
      for await (const part of reader) {
        text += part;
        tell(false);
      }
    } catch (error) {
      console.warn('[LiveKit] a transcript broke off.', error);
    }
    tell(true);
  });
}
