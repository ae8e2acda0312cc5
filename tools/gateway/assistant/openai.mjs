export class OpenaiAssistant {}
