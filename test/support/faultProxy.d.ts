export interface FaultProxy {
    /** Of the way through the proxy. */
    readonly url: string;
    /** Ends all connections at once; new ones are refused until `restore`. */
    cut(): void;
    /** Ends all connections at once; new ones are taken. */
    cutOnce(): void;
    /** Connections stay open, and nothing passes any more, on new ones either. */
    halfOpen(): void;
    /** Each chunk towards the client waits this long, in milliseconds. */
    delay(milliseconds: number): void;
    /** At most so many bytes a second towards the client. */
    throttle(bytesPerSecond: number): void;
    /** A round trip takes this much longer, in milliseconds; how much passes in it is not limited. */
    roundTrip(milliseconds: number): void;
    /** One bit of a large chunk is wrong, after so many bytes have passed from now on. */
    flip(direction: Direction, afterBytes: number): void;
    /** Bytes that have passed. */
    readonly passed: Readonly<Record<Direction, number>>;
    /** Everything works again for new connections. */
    restore(): void;
    /** Resolves when a client has sent this. */
    sent(what: string): Promise<void>;
    close(): Promise<void>;
}
export type Direction = 'toServer' | 'toClient';
/** Stands before a server on this machine. */
export declare const startFaultProxy: (target: string) => Promise<FaultProxy>;
