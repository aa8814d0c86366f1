import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the Java that gobind generated into plain Java of the same shape, which runs without Go: fields where there were
 * natives, methods that answer nothing and that a test overrides. So the facade is tested against the very surface that
 * is bound, and none is written by hand.
 *
 * <p>Usage: java Standin.java FROM/io/flaneur/offerkit TO/io/flaneur/offerkit
 */
public final class Standin {
    private static final Pattern CLASS = Pattern.compile("public (?:abstract |final )*class (\\w+).*\\{");
    private static final Pattern NATIVE =
            Pattern.compile("\\s*public (static )?(?:final )?native ([\\w\\[\\].]+) (\\w+)\\(([^)]*)\\)( throws Exception)?;");
    private static final Pattern CONSTRUCTOR = Pattern.compile("\\s*public (\\w+)\\(([^)]*)\\) \\{.*");
    private static final Pattern CONSTANT = Pattern.compile("\\s*public static final .*");

    public static void main(String[] args) throws IOException {
        Path to = Files.createDirectories(Paths.get(args[1]));
        try (java.util.stream.Stream<Path> files = Files.list(Paths.get(args[0]))) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".java"))::iterator) {
                Files.write(to.resolve(file.getFileName()), plain(Files.readAllLines(file)));
            }
        }
    }

    static List<String> plain(List<String> generated) {
        List<String> out = new ArrayList<>();
        String name = null;
        boolean proxy = false; // inside of a nested class of gobind's own
        boolean constructed = false;
        for (String line : generated) {
            Matcher m = CLASS.matcher(line);
            if (name == null && m.lookingAt()) {
                name = m.group(1);
                out.add("public class " + name + " {");
                continue;
            }
            if (name == null) { // the head, or an interface, which is plain already
                out.add(line.startsWith("import go.") ? "" : line);
                continue;
            }
            if (line.startsWith("\tprivate static final class proxy")) {
                proxy = true;
            } else if (proxy && line.equals("\t}")) {
                proxy = false;
            }
            if (proxy) {
                continue;
            }
            if ((m = NATIVE.matcher(line)).matches()) {
                out.add(method(m.group(1) != null, m.group(2), m.group(3), m.group(4), m.group(5) != null));
            } else if ((m = CONSTRUCTOR.matcher(line)).matches() && m.group(1).equals(name)) {
                out.add(constructor(name, m.group(2)));
                constructed |= m.group(2).isEmpty();
            } else if (CONSTANT.matcher(line).matches()) {
                out.add(line);
            }
        }
        if (name != null) {
            if (!constructed) {
                out.add("    protected " + name + "() {}");
            }
            out.add("}");
        }
        return out;
    }

    private static String method(boolean isStatic, String type, String name, String parameters, boolean fails) {
        String head = "    public " + (isStatic ? "static " : "") + type + " " + name + "(" + parameters + ")"
                + (fails ? " throws Exception" : "") + " {";
        if (name.startsWith("get") && parameters.isEmpty()) {
            return "    private " + type + " " + name.substring(3) + ";\n" + head + " return " + name.substring(3) + "; }";
        }
        if (name.startsWith("set") && parameters.endsWith(" v")) {
            return head + " " + name.substring(3) + " = v; }";
        }
        if (name.startsWith("new")) {
            return head + " return new " + type + "(" + parameters.replaceAll("[\\w\\[\\].]+ (\\w+)", "$1") + "); }";
        }
        String none = type.equals("boolean") ? "false" : type.matches("int|long|double|float|short|byte") ? "0" : "null";
        return head + (type.equals("void") ? "}" : " return " + none + "; }");
    }

    private static String constructor(String name, String parameters) {
        StringBuilder body = new StringBuilder();
        for (String p : parameters.isEmpty() ? new String[0] : parameters.split(", ")) {
            String[] typed = p.split(" ");
            if (!name.equals("Kit")) {
                body.append(" set").append(Character.toUpperCase(typed[1].charAt(0))).append(typed[1].substring(1))
                        .append("(").append(typed[1]).append(");");
            }
        }
        return "    public " + name + "(" + parameters + ") {" + body + " }";
    }
}
