package io.flaneur.sdk;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why something did not work: a stable code of docs/protocol.md, the field it is about, and a sentence for developers. */
public final class Failure extends Exception {
    private static final Pattern TEXT = Pattern.compile("(?s)(?:.*?[^a-z_])??([a-z][a-z_]+): (?:([A-Za-z][\\w.\\[\\]]*): )?(.*)");

    public final String code;
    public final String field;
    public final String sentence;

    Failure(String code, String field, String sentence) {
        super(code + ": " + (field.isEmpty() ? "" : field + ": ") + sentence);
        this.code = code;
        this.field = field;
        this.sentence = sentence;
    }

    /** The failure that an exception of the core stands for; "internal" for any other. */
    static Failure of(Throwable thrown) {
        if (thrown instanceof Failure) {
            return (Failure) thrown;
        }
        String text = thrown.getMessage() == null ? "" : thrown.getMessage();
        Matcher m = TEXT.matcher(text);
        boolean ours = thrown.getClass() == Exception.class || thrown.getClass().getName().startsWith("go.");
        Failure failure = ours && m.matches()
                ? new Failure(m.group(1), m.group(2) == null ? "" : m.group(2), m.group(3))
                : new Failure("internal", "", thrown.toString());
        failure.initCause(thrown);
        return failure;
    }
}
