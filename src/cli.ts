#!/usr/bin/env node
import { runInProcess } from "./cli/process-io.js";

void runInProcess(() => new URL("../package.json", import.meta.url));
