import { answerThread } from "#lib/core/own-thread.ts";
import { readBundleText } from "./read.ts";

answerThread(readBundleText);
