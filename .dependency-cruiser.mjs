import { forbidden, options } from "./scripts/dependency-rules.ts";

export default { forbidden, options };
