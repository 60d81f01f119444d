import { answerThread } from "#lib/core/own-thread.ts";
import { readBundleText } from "./text.ts";

answerThread(readBundleText);
