package io.flaneur.sdk;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import android.security.KeyStoreException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.UnrecoverableKeyException;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;

@RunWith(RobolectricTestRunner.class)
public class KeystoreStoreTest {
    private final byte[] token = "fl_dev_usr_secret".getBytes(StandardCharsets.UTF_8);
    private final File folder = new File(RuntimeEnvironment.getApplication().getNoBackupFilesDir(), "flaneur");

    @Before
    public void keystore() {
        FakeKeystore.install();
    }

    private static KeystoreStore open() {
        return new KeystoreStore(RuntimeEnvironment.getApplication());
    }

    @Test
    public void keepsWhatItIsGivenSealedAndOutOfBackups() throws Exception {
        KeystoreStore store = open();
        store.save("flaneur.memory", token);
        assertArrayEquals("another process", token, open().load("flaneur.memory"));
        File[] files = folder.listFiles();
        assertEquals(1, files.length);
        byte[] raw = Files.readAllBytes(files[0].toPath());
        assertEquals(12 + token.length + 16, raw.length);
        assertFalse(new String(raw, StandardCharsets.ISO_8859_1).contains("usr_secret"));
        store.save("flaneur.memory", token);
        assertTrue("unchanged is not written again", java.util.Arrays.equals(raw, Files.readAllBytes(files[0].toPath())));
        open().save("flaneur.memory", token);
        assertFalse("each time another IV", java.util.Arrays.equals(raw, Files.readAllBytes(files[0].toPath())));
        open().remove("flaneur.memory");
        assertEquals(0, open().load("flaneur.memory").length);
        assertEquals(0, folder.listFiles().length);
    }

    @Test
    public void missingEmptyAndLarge() throws Exception {
        assertEquals(0, open().load("nothing").length);
        open().save("empty", null);
        assertEquals(0, open().load("empty").length);
        byte[] large = new byte[256 << 10];
        open().save("../large/ä", large);
        assertArrayEquals(large, open().load("../large/ä"));
        assertEquals(2, folder.listFiles().length);
    }

    @Test
    public void damagedIsNotThere() throws Exception {
        open().save("a", token);
        File file = folder.listFiles()[0];
        byte[] raw = Files.readAllBytes(file.toPath());
        for (int cut : new int[] {0, 5, 12, raw.length - 1}) {
            Files.write(file.toPath(), java.util.Arrays.copyOf(raw, cut));
            assertEquals(0, open().load("a").length);
            assertFalse("what can't be read is not kept", file.exists());
        }
        raw[20] ^= 1;
        Files.write(file.toPath(), raw);
        assertEquals(0, open().load("a").length);
    }

    @Test
    public void aValueCanNotTakeAnothersPlace() throws Exception {
        open().save("a", token);
        File a = folder.listFiles()[0];
        byte[] raw = Files.readAllBytes(a.toPath());
        open().save("b", new byte[] {1});
        for (File f : folder.listFiles()) {
            Files.write(f.toPath(), raw);
        }
        assertEquals(0, open().load("b").length);
        assertTrue(open().load("a").length > 0);
    }

    @Test
    public void anotherPhoneOrALostKeyStartsAnew() throws Exception {
        open().save("a", token);
        FakeKeystore.KEYS.clear();
        assertEquals(0, open().load("a").length);
        open().save("a", token);
        assertArrayEquals(token, open().load("a"));
    }

    @Test
    @Config(sdk = 35) // which says whether it may pass
    public void aKeyThatIsBrokenForGoodStartsAnewAndOneThatMayPassWaits() throws Exception {
        open().save("a", token);
        FakeKeystore.trouble = new KeyStoreException(4, "the daemon is busy"); // SYSTEM_ERROR
        assertThrows(UnrecoverableKeyException.class, () -> open().load("a"));
        FakeKeystore.trouble = null;
        assertArrayEquals("nothing was thrown away", token, open().load("a"));
        FakeKeystore.trouble = new KeyStoreException(8, "VALUE_CORRUPTED");
        assertEquals(0, open().load("a").length);
        open().save("a", token);
        assertArrayEquals(token, open().load("a"));
    }
}
