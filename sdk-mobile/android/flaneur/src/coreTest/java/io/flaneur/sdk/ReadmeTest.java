package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import android.app.Activity;
import io.flaneur.offerkit.Choices;
import io.flaneur.offerkit.Config;
import io.flaneur.offerkit.Kit;
import io.flaneur.offerkit.Listener;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.Offerkit;
import java.io.File;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.util.ReflectionHelpers;

/** What README.md shows is compiled, and run with the real core against a real server. */
@RunWith(RobolectricTestRunner.class)
@org.robolectric.annotation.Config(sdk = 35)
public class ReadmeTest {
    private static final long NOON = 1780315200000L; // 2026-06-01 12:00 UTC
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\w+) \\| `(.*)` \\|$");
    private static final String IMPORTS = "package readme; import android.app.*; import io.flaneur.offerkit.*; import io.flaneur.sdk.*; import org.json.*;\n";

    private static String section(String heading) throws Exception {
        String all = new String(Files.readAllBytes(new File(System.getProperty("module"), "README.md").toPath()), StandardCharsets.UTF_8);
        String from = all.substring(all.indexOf("\n## " + heading + "\n") + 1);
        return from.substring(0, from.indexOf("\n## ", 4));
    }

    private static Class<?> compile(String name, String source) throws Exception {
        Path folder = Files.createTempDirectory("readme");
        Path file = folder.resolve(name + ".java");
        Files.write(file, (IMPORTS + source).getBytes(StandardCharsets.UTF_8));
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
            boolean fine = javac.getTask(said, files, null, Arrays.asList("--release", "8", "-Xlint:-options", "-proc:none", "-cp", path, "-d", folder.toString()),
                    null, files.getJavaFileObjects(file.toFile())).call();
            assertTrue(said.toString(), fine);
        }
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, ReadmeTest.class.getClassLoader()).loadClass("readme." + name);
    }

    @Test
    public void theQuickStartHasTenLinesAndRuns() throws Exception {
        List<String> blocks = new ArrayList<>();
        for (Matcher m = BLOCK.matcher(section("Quick start")); m.find(); ) {
            blocks.add(m.group(1));
        }
        assertEquals(2, blocks.size());
        long lines = Arrays.stream(String.join("", blocks).split("\n")).filter(l -> !l.trim().isEmpty() && !l.startsWith("//")).count();
        assertTrue("ten lines, not " + lines, lines <= 10);
        compile("Shop", "public class Shop extends Application { public void onCreate() { super.onCreate();\n" + blocks.get(0) + "} }");
        Class<?> screen = compile("Screen", "public class Screen extends Activity { public void join() {\n" + blocks.get(1) + "} }");

        FakeKeystore.install();
        ReflectionHelpers.setStaticField(Flaneur.class, "instance", null);
        Options options = new Options(System.getProperty("flaneur.server"), System.getProperty("flaneur.key")).simulated(true);
        Flaneur flaneur = Flaneur.init(RuntimeEnvironment.getApplication(), options, (config, store, listener) -> Offerkit.newKit(config, store, listener, () -> NOON));
        Activity activity = Robolectric.buildActivity(screen.asSubclass(Activity.class)).setup().get();
        screen.getMethod("join").invoke(activity);
        for (long end = System.nanoTime() + 60_000_000_000L; org.robolectric.Shadows.shadowOf(activity).getLastRequestedPermission() == null; ) {
            assertTrue("the platform was not asked", System.nanoTime() < end);
            ShadowLooper.idleMainLooper();
            LockSupport.parkNanos(2_000_000);
        }
        Kit kit = flaneur.kit();
        assertTrue(kit.optedIn() && kit.running() && kit.hasConsent("location") && kit.hasConsent("push"));
        kit.eraseMe(60);
        kit.shutdown();
    }

    @Test
    public void everyMethodHasAnExampleThatRuns() throws Exception {
        Map<String, String> examples = new LinkedHashMap<>();
        StringBuilder source = new StringBuilder("public class Examples {\n");
        for (Matcher m = ROW.matcher(section("The core's methods")); m.find(); ) {
            examples.put(m.group(1), m.group(2));
            source.append("public static void ").append(m.group(1))
                    .append("Example(Kit kit, Choices choices, String offer, String delivery, long now) throws Exception {\n").append(m.group(2)).append("\n}\n");
            assertTrue(m.group(1), m.group(2).contains("kit." + m.group(1) + "("));
        }
        TreeSet<String> methods = new TreeSet<>();
        for (Method m : Kit.class.getDeclaredMethods()) {
            if (Modifier.isPublic(m.getModifiers()) && Modifier.isNative(m.getModifiers())) {
                methods.add(m.getName());
            }
        }
        assertEquals(methods, new TreeSet<>(examples.keySet()));
        run(compile("Examples", source.append("}").toString()), examples);
    }

    private void run(Class<?> compiled, Map<String, String> examples) throws Exception {
        FakeKeystore.install();
        BlockingQueue<Offer> pushed = new LinkedBlockingQueue<>();
        Config config = new Config();
        config.setServerURL(System.getProperty("flaneur.server"));
        config.setPublishableKey(System.getProperty("flaneur.key"));
        config.setDataDir(Files.createTempDirectory("readme").toString());
        config.setSimulated(true);
        long start = System.currentTimeMillis();
        Kit kit = Offerkit.newKit(config, new KeystoreStore(RuntimeEnvironment.getApplication()), new Listener() {
            @Override
            public void onOffer(Offer offer) {
                pushed.add(offer);
            }

            @Override
            public void onWithdrawn(String offerID, String reason) {}

            @Override
            public void onState(String state) {}

            @Override
            public void onPlan(LocationPlan plan) {}

            @Override
            public void onReach(String offerID, String event) {}

            @Override
            public void onFailure(String code, String field, String message) {}
        }, () -> NOON + System.currentTimeMillis() - start);
        Choices choices = new Choices();
        choices.setLocation(true);
        choices.setPush(true);
        choices.setPolicy("2026-11");
        choices.setInterests("restaurant.italian");
        String offer = "";
        String delivery = "";
        for (Map.Entry<String, String> e : examples.entrySet()) {
            try {
                compiled.getMethod(e.getKey() + "Example", Kit.class, Choices.class, String.class, String.class, long.class)
                        .invoke(null, kit, choices, offer, delivery, NOON + System.currentTimeMillis() - start);
            } catch (InvocationTargetException failed) {
                throw new AssertionError(e.getValue(), failed.getCause());
            }
            if (e.getKey().equals("track")) {
                Offer got = pushed.poll(60, TimeUnit.SECONDS);
                assertNotNull("the offer at that place", got);
                offer = got.getID();
                delivery = got.getDelivery();
            }
        }
    }
}
