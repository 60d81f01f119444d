import type { ProviderErrorCode } from "#lib/providers/provider-error.ts";

export type FailureCode = ProviderErrorCode | "breaker_open";

/** The provider's own words of an error, for a client that speaks its dialect. */
export interface ErrorAnswer {
  body: string;
  contentType: string;
}

interface Circumstances {
  /** With which the client is answered. */
  status: number;
  /** Another provider may do better. */
  goesOn: boolean;
  /** The provider was asked, so that the ledger has the call. */
  wasAsked: boolean;
  retryAfterSeconds?: number | undefined;
  answer?: ErrorAnswer | undefined;
  cause?: unknown;
}

/** A provider did not serve a request; `message` is written for the caller. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly status: number;
  readonly goesOn: boolean;
  readonly wasAsked: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly answer: ErrorAnswer | undefined;

  constructor(code: FailureCode, message: string, circumstances: Circumstances) {
    super(message, { cause: circumstances.cause });
    this.code = code;
    this.status = circumstances.status;
    this.goesOn = circumstances.goesOn;
    this.wasAsked = circumstances.wasAsked;
    this.retryAfterSeconds = circumstances.retryAfterSeconds;
    this.answer = circumstances.answer;
  }
}
