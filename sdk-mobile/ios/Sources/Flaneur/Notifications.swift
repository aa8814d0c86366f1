import Foundation
import UserNotifications

/// Offers as notifications, with the first reason and what one tap changes.
enum Notifications {
    private static let offerKey = "flaneur.offer"
    private static let deliveryKey = "flaneur.delivery"
    private static let prefix = "flaneur."

    static func show(_ offer: Offer, language: String) {
        let content = UNMutableNotificationContent()
        content.title = offer.label.isEmpty ? offer.title : "\(offer.title) · \(offer.label)"
        content.body = [offer.merchant, offer.text, offer.reasons.first?.text ?? ""].filter { !$0.isEmpty }.joined(separator: "\n")
        content.userInfo = [offerKey: offer.id, deliveryKey: offer.delivery]
        content.threadIdentifier = prefix + "offers"
        content.categoryIdentifier = category(offer.controls, language: language)
        let center = UNUserNotificationCenter.current()
        // The offer's id as identifier: a later delivery of the same offer takes the place of the one before.
        center.add(UNNotificationRequest(identifier: prefix + offer.id, content: content, trigger: nil))
    }

    /// Registers the controls as a category of their own, at most four as iOS shows them.
    private static func category(_ controls: [Control], language: String) -> String {
        let shown = controls.prefix(4)
        let id = prefix + language + "." + shown.map(\.action).joined(separator: "+")
        let actions = shown.map { UNNotificationAction(identifier: prefix + $0.action, title: $0.text) }
        let new = UNNotificationCategory(identifier: id, actions: actions, intentIdentifiers: [], options: .customDismissAction)
        let center = UNUserNotificationCenter.current()
        center.getNotificationCategories { known in
            if !known.contains(where: { $0.identifier == id }) { center.setNotificationCategories(known.union([new])) }
        }
        return id
    }

    static func withdraw(_ offerID: String) {
        remove { $0 == offerID }
    }

    static func clear() {
        remove { _ in true }
    }

    /// Takes back offers that are shown, whoever showed them: pushes are shown by the system, under names of its own.
    private static func remove(_ which: @escaping (String) -> Bool) {
        let center = UNUserNotificationCenter.current()
        center.getDeliveredNotifications { shown in
            let gone = shown.map(\.request).filter { offer($0.content.userInfo).map(which) ?? false }
            center.removeDeliveredNotifications(withIdentifiers: gone.map(\.identifier))
        }
    }

    /// The offer that a notification is about; nil for those that are not ours.
    private static func offer(_ info: [AnyHashable: Any]) -> String? {
        guard let id = info[offerKey] as? String ?? info["offer"] as? String, id.hasPrefix("off_") else { return nil }
        return id
    }

    /// What a tap on a notification says about which delivery; nil for notifications that are not ours.
    static func answer(_ response: UNNotificationResponse) -> (id: String, action: String)? {
        let info = response.notification.request.content.userInfo
        guard let offer = Self.offer(info) else { return nil }
        let delivery = info[deliveryKey] as? String ?? info["delivery"] as? String ?? ""
        let id = delivery.isEmpty ? offer : delivery
        switch response.actionIdentifier {
        case UNNotificationDefaultActionIdentifier: return (id, "opened")
        case UNNotificationDismissActionIdentifier: return (id, "dismissed")
        case let action where action.hasPrefix(prefix): return (id, String(action.dropFirst(prefix.count)))
        default: return nil
        }
    }
}
