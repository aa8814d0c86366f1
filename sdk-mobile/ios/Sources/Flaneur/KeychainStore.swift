import Foundation
import Offerkit
import Security

/// Keeps the core's secrets in the Keychain: on this device alone, readable after the first unlock, so that the app can work
/// when the system starts it in the background.
final class KeychainStore: NSObject, FLOfferkitStoreProtocol {
    private func query(_ key: String?) -> [CFString: Any] {
        [kSecClass: kSecClassGenericPassword, kSecAttrService: "io.flaneur", kSecAttrAccount: key ?? ""]
    }

    /// Empty if there is nothing under the key.
    func load(_ key: String?) throws -> Data {
        var item = query(key)
        item[kSecReturnData] = true
        item[kSecMatchLimit] = kSecMatchLimitOne
        var found: CFTypeRef?
        switch SecItemCopyMatching(item as CFDictionary, &found) {
        case errSecSuccess: return found as? Data ?? Data()
        case errSecItemNotFound: return Data()
        case let status: throw failure(status)
        }
    }

    func save(_ key: String?, value: Data?) throws {
        let content: [CFString: Any] = [
            kSecValueData: value ?? Data(), kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        var status = SecItemUpdate(query(key) as CFDictionary, content as CFDictionary)
        if status == errSecItemNotFound {
            status = SecItemAdd(query(key).merging(content) { _, new in new } as CFDictionary, nil)
        }
        guard status == errSecSuccess else { throw failure(status) }
    }

    func remove(_ key: String?) throws {
        let status = SecItemDelete(query(key) as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw failure(status) }
    }

    private func failure(_ status: OSStatus) -> NSError {
        NSError(domain: NSOSStatusErrorDomain, code: Int(status), userInfo: [
            NSLocalizedDescriptionKey: SecCopyErrorMessageString(status, nil) as String? ?? "The Keychain refused: \(status).",
        ])
    }
}
