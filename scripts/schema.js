/** Writes the JSON schema of workflow files for other tools, once the language says what it is. */
export async function writeSchema() {}
